import { randomBytes } from "node:crypto";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { backlog, report } from "./child.js";

/**
 * The baseline of the kit's figures: bare `node:http` with the same answers. It checks nothing, limits nothing, and
 * handles no failure. Argument: the Token Server's address.
 */
const [tokenServerUrl = ""] = process.argv.slice(2);
const authorization = `Basic ${Buffer.from("site:site-secret").toString("base64")}`;
const attempts = new Map<string, string>();
const streams = new Map<string, ServerResponse>();

const server = createServer((req, res) => {
  const [, , name = "", call] = (req.url ?? "").split("/");
  if (name === "") void begin(res);
  else if (name === "callback") void follow(req, res);
  else if (call === "login") {
    res.writeHead(200, { "content-type": "application/json", "set-cookie": "session=someone" }).end("{}");
  } else openStream(name, res);
});

async function begin(res: ServerResponse): Promise<void> {
  const body = new URLSearchParams({
    type: "qr-code",
    callback_uri: `${origin()}/otp-login/callback`,
    message: "Log in to the bench",
  });
  const started = JSON.parse(await call("POST", "/oauth/api/v4/authenticate/user", body.toString())) as {
    transaction_id: string;
    otp: string;
    time_to_live: number;
  };
  const attempt = randomBytes(16).toString("base64url");
  attempts.set(started.transaction_id, attempt);
  res.writeHead(201, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "set-cookie": `onegini-otp-login=${randomBytes(32).toString("base64url")}; Path=/; HttpOnly; SameSite=Lax`,
  });
  const expires_in = started.time_to_live / 1000;
  res.end(JSON.stringify({ attempt, status: "pending", otp: started.otp, expires_in }));
}

function openStream(attempt: string, res: ServerResponse): void {
  res.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  });
  res.write('event: status\ndata: {"status":"pending","expires_in":299}\n\n');
  const keepAlive = setInterval(() => res.write(":\n\n"), 15_000);
  streams.set(attempt, res);
  res.once("close", () => {
    clearInterval(keepAlive);
    if (streams.get(attempt) === res) streams.delete(attempt);
  });
}

async function follow(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { transaction_id } = JSON.parse(await textOf(req)) as { transaction_id: string };
  res.writeHead(204).end();
  const result = await call("GET", `/oauth/api/v4/authenticate/transaction/${transaction_id}`);
  if (!(JSON.parse(result) as { is_authenticated: boolean }).is_authenticated) return;
  streams.get(attempts.get(transaction_id) ?? "")?.end('event: status\ndata: {"status":"approved"}\n\n');
}

function call(method: string, path: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
    const req = request(tokenServerUrl + path, { method, headers: { authorization, ...type } }, (res) =>
      resolve(textOf(res)),
    );
    req.on("error", reject);
    req.end(body);
  });
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message) text += String(chunk);
  return text;
}

const origin = (): string => {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
};
server.listen({ port: 0, host: "127.0.0.1", backlog }, () =>
  report(origin(), () => server.closeAllConnections()),
);
