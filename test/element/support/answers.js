// Middleware of the test runner's server. The address of a request says how it is answered. Another address lists the
// requests so far. It is plain JavaScript because the runner's configuration imports it.

const prefix = "/__answer/";
/** @type {Map<string, { method: string, path: string, headers: object, body: string, open: boolean, at: number, endedAt: number | undefined }[]>} */
const requests = new Map();

const readBody = async (request) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
};

/** Koa middleware. */
export async function answers(context, next) {
  const { url, method, headers } = context.req;
  if (url.startsWith("/__requests/")) {
    context.body = requests.get(url.slice("/__requests/".length)) ?? [];
    return;
  }
  if (!url.startsWith(prefix)) return next();
  const [script, ...rest] = url.slice(prefix.length).split("/");
  const {
    id,
    status = 200,
    type = "application/json",
    header = {},
    chunks = [],
    hold,
    cut,
    delayMs = 0,
  } = JSON.parse(decodeURIComponent(script));
  const entry = { method, path: rest.join("/"), headers, open: true, at: Date.now(), endedAt: undefined };
  requests.set(id, [...(requests.get(id) ?? []), entry]);
  entry.body = await readBody(context.req);
  context.respond = false;
  const { res } = context;
  res.on("close", () => Object.assign(entry, { open: false, endedAt: Date.now() }));
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (cut) return res.destroy();
  res.writeHead(status, { "Content-Type": type, ...header });
  res.flushHeaders();
  for (const chunk of chunks) {
    res.write(chunk);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (!hold) res.end();
}
