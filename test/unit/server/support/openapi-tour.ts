import type { TestContext } from "node:test";
import { memoryStore, type Attempt, type AttemptStore } from "onegini-otp-login/server";
import { Browser } from "./browser.js";
import type { Answer } from "./openapi.js";
import { accepted, failed, json, scriptedTokenServer, site, type Site, type SiteOptions } from "./site.js";
import { systemRuntime } from "../../../../src/server/runtime.js";
import { VirtualClock } from "../../../support/virtual-clock.js";

/**
 * Calls of the login API that together get every answer that it can give. All calls come from a page of a listed
 * origin, so that each answer has all of its headers.
 */

type After = Pick<TestContext, "after">;

const origin = "https://login.example.com";
const unknown = `/${"A".repeat(22)}`;
const stream = { accept: "text/event-stream" };
const large = JSON.stringify({ a: "x".repeat(5000) });
const asJson = { "content-type": "application/json" };
const markup = { "content-type": "text/html" };

/** Visits a site, and records every answer. */
function recorded({ url }: Site, answers: Answer[]) {
  const browser = new Browser({ url, origin });
  const call = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
    const response = await browser.call(method, path, {
      headers: { origin, "sec-fetch-site": "same-site", ...headers },
      body,
    });
    const text = await response.text();
    answers.push({ method, path, status: response.status, headers: response.headers, body: text });
    return text;
  };
  /** Starts an attempt. Returns its path. */
  const start = async () => `/${(JSON.parse(await call("POST", "")) as { attempt: string }).attempt}`;
  return { browser, call, start };
}

/** Resolves to all answers, in order. */
export async function tour(t: After): Promise<Answer[]> {
  const answers: Answer[] = [];
  const visit = async ({ options, ...more }: SiteOptions = {}) => {
    const tokenServer = await scriptedTokenServer(t);
    const where = await site(t, {
      tokenServerUrl: tokenServer.url,
      ...more,
      options: { origins: [origin], ...options },
    });
    return { tokenServer, where, visitor: recorded(where, answers) };
  };
  for (const scene of [
    strangeRequests,
    pending,
    settled,
    logins,
    numbers,
    limits,
    paused,
    trouble,
    callbacks,
  ])
    await scene(visit);
  return answers;
}

type Visit = (options?: SiteOptions) => Promise<{
  tokenServer: Awaited<ReturnType<typeof scriptedTokenServer>>;
  where: Site;
  visitor: ReturnType<typeof recorded>;
}>;

async function strangeRequests(visit: Visit): Promise<void> {
  const { visitor } = await visit();
  await visitor.call("GET", "/a/b/c");
  for (const path of ["", `${unknown}/otp`, `${unknown}/login`, "/callback"]) {
    await visitor.call("PUT", path);
    await visitor.call("HEAD", path);
    await visitor.call("POST", path, {}, large);
    await visitor.call("POST", path, { "content-type": "text/plain" }, "{}");
    await visitor.call("POST", path, {}, "[]");
  }
  for (const path of ["", `${unknown}/otp`, `${unknown}/login`])
    await visitor.call("POST", path, { "sec-fetch-site": "cross-site" });
  for (const [path, method] of [
    ["", "POST"],
    [`${unknown}/otp`, "POST"],
    [`${unknown}/login`, "POST"],
    [unknown, "GET"],
  ] as const) {
    await visitor.call("OPTIONS", path, { "access-control-request-method": method });
    await visitor.call("OPTIONS", path);
  }
  await visitor.call("PUT", unknown);
  for (const method of ["GET", "HEAD"]) await visitor.call(method, unknown);
  for (const call of ["otp", "login"]) await visitor.call("POST", `${unknown}/${call}`);
}

async function pending(visit: Visit): Promise<void> {
  const { where, visitor } = await visit();
  const attempt = await visitor.start();
  await visitor.call("POST", `${attempt}/otp`);
  await visitor.call("POST", `${attempt}/login`);
  await visitor.call("GET", attempt);
  await visitor.call("GET", attempt, { prefer: "wait=1" });
  for (const accept of ["application/json", "text/event-stream"])
    await visitor.call("HEAD", attempt, { accept });
  await where.kit.close();
  await visitor.call("GET", attempt, stream);
}

async function settled(visit: Visit): Promise<void> {
  for (const [result, seconds] of [
    [accepted(), 0],
    [accepted(), 120],
    [failed("not_accepted"), 0],
    [failed("failed_to_send"), 0],
  ] as const) {
    const runtime = new VirtualClock();
    const { tokenServer, visitor } = await visit({ runtime });
    const attempt = await visitor.start();
    tokenServer.result = result;
    await visitor.call("GET", attempt);
    await runtime.advance(seconds);
    for (const step of ["before", "after"]) {
      if (step === "after") await visitor.call("POST", `${attempt}/login`);
      await visitor.call("GET", attempt);
      await visitor.call("GET", attempt, stream);
    }
    await visitor.call("POST", `${attempt}/otp`);
  }
}

async function logins(visit: Visit): Promise<void> {
  for (const signIn of [
    () =>
      Response.json({ redirect_to: "/account" }, { headers: { "set-cookie": "session=1", "x-own": "1" } }),
    () => new Response("<h1>Welcome</h1>", { headers: markup }),
    () => new Response(null, { status: 204 }),
    () => Response.json({ error: "blocked" }, { status: 403 }),
    () => new Response("<h1>Blocked</h1>", { status: 403, headers: markup }),
    () => Response.json({ error: "blocked" }, { status: 422 }),
    () => new Response(null, { status: 302, headers: { location: "/account" } }),
    () => Promise.reject(new Error("The session store is down.")),
    () => ({ redirect_to: "/account" }),
    () => ["no answer"] as unknown as Response,
    undefined,
  ]) {
    const options = signIn ? { signIn } : { handOver: { to: "/login/otp" } };
    const { tokenServer, visitor } = await visit({ options });
    const attempt = await visitor.start();
    tokenServer.result = accepted();
    await visitor.call("GET", attempt);
    await visitor.call("POST", `${attempt}/login`);
  }
}

async function numbers(visit: Visit): Promise<void> {
  const { tokenServer, visitor } = await visit({
    options: {
      message: "Type {number}",
      pairing: { keys: ["a key of the tests, of 32 characters"] },
    },
    // Each number is 0000, because it is drawn first.
    runtime: { ...systemRuntime, random: (length) => systemRuntime.random(length).fill(0, 0, 3) },
  });
  tokenServer.result = accepted();
  const attempt = await visitor.start();
  await visitor.call("GET", attempt);
  for (const number of [undefined, null, "1111", "2222", "3333"])
    await visitor.call("POST", `${attempt}/login`, asJson, JSON.stringify({ number }));
  const another = await visitor.start();
  await visitor.call("GET", another);
  await visitor.call("POST", `${another}/login`, asJson, JSON.stringify({ number: "0000" }));
}

async function limits(visit: Visit): Promise<void> {
  const one = { count: 1, seconds: 60 };
  const { visitor } = await visit({
    options: { limits: { transactionsPerAttempt: 1, startsPerAddress: one } },
  });
  const attempt = await visitor.start();
  await visitor.call("POST", "");
  await visitor.call("POST", `${attempt}/otp`);

  const { tokenServer, visitor: repeater } = await visit({ options: { limits: { loginsPerAttempt: 1 } } });
  const approved = await repeater.start();
  tokenServer.result = accepted();
  await repeater.call("GET", approved);
  for (let logins = 0; logins < 2; logins++) await repeater.call("POST", `${approved}/login`);

  const { visitor: watcher } = await visit({ options: { limits: { streamsPerBrowser: 1 } } });
  const [first, second] = [await watcher.start(), await watcher.start()];
  const open = await watcher.browser.stream(first.slice(1));
  await watcher.call("GET", second, stream);
  open.close();
}

async function paused(visit: Visit): Promise<void> {
  const { where, visitor } = await visit();
  const attempt = await visitor.start();
  await where.kit.pause();
  await visitor.call("POST", "");
  await visitor.call("POST", `${attempt}/otp`);
}

async function trouble(visit: Visit): Promise<void> {
  const memory = memoryStore();
  let get: AttemptStore["get"] = (id) => memory.get(id);
  const { tokenServer, visitor } = await visit({
    options: { store: { ...memory, get: (id) => get(id) }, onEvent: () => undefined },
  });
  const attempt = await visitor.start();
  for (const status of [503, 400]) {
    tokenServer.start = json(status, { error: "1003" });
    await visitor.call("POST", "");
    await visitor.call("POST", `${attempt}/otp`);
  }
  get = () => Promise.reject(new Error("The store is down."));
  for (const method of ["GET", "HEAD"]) await visitor.call(method, attempt);
  await visitor.call("POST", `${attempt}/login`);
  // A value that no store should return.
  get = async (id) => ({ ...((await memory.get(id)) as Attempt), transactions: null as never });
  for (const method of ["GET", "HEAD"]) await visitor.call(method, attempt);
}

async function callbacks(visit: Visit): Promise<void> {
  const callback = { username: "token-server", password: "secret" };
  const { visitor } = await visit({ options: { callback } });
  const body = JSON.stringify({ transaction_id: "nobody's" });
  await visitor.call("POST", "/callback", {}, body);
  await visitor.call("POST", "/callback", { authorization: `Basic ${btoa("token-server:secret")}` }, body);
}
