import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import { listen } from "./site.js";

/** Writes an answer of any shape, or none. */
export type Script = (res: ServerResponse, transactionId: string, req: IncomingMessage) => void;

/** A Token Server that does what the test says, good or bad. */
export interface ScriptedTokenServer {
  url: string;
  /** What it answers to a start. Default: a transaction of a minute. */
  start: Script;
  /** What it answers to a question. Default: 404/3004, nothing decided. */
  result: Script;
  /** The transactions that were started, and those that were asked about, in order. */
  started: string[];
  questions: string[];
  /** When, by the test's clock, in seconds since the first start. */
  askedAt: number[];
  /** The paths that were asked for. */
  paths: string[];
}

/** Answers JSON. */
export const json =
  (status: number, body: object): Script =>
  (res) =>
    res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

export const started =
  (ttlMs = 60_000): Script =>
  (res, transactionId) =>
    json(200, {
      transaction_id: transactionId,
      auth_method: "otp",
      time_to_live: ttlMs,
      otp: btoa(JSON.stringify({ transaction_id: transactionId, otp: "c2l4dGVlbiByYW5kb20gYg==" })),
    })(res, transactionId, undefined as never);

export const undecided: Script = json(404, { error: "3004", error_description: "Unknown transaction" });

export const result =
  (overrides: object): Script =>
  (res, transactionId) =>
    json(200, {
      callback_uri: "http://127.0.0.1/otp-login/callback",
      transaction_id: transactionId,
      timestamp: 1,
      user_id: null,
      is_authenticated: false,
      authentication_method: "otp",
      ...overrides,
    })(res, transactionId, undefined as never);

export const accepted = (userId = "alice"): Script => result({ is_authenticated: true, user_id: userId });

export const failed = (reason: string): Script =>
  result({ not_authenticated_reason: { reason, description: `It was ${reason}.` } });

/** @param now the test's clock */
export async function scriptedTokenServer(
  t: Pick<TestContext, "after">,
  now: () => number = () => Date.now(),
): Promise<ScriptedTokenServer> {
  let beganAt: number | undefined;
  const server = createServer((req, res) => {
    req.resume();
    const path = req.url ?? "";
    scripted.paths.push(path);
    const asked = /\/transaction\/([^/?]+)$/.exec(path)?.[1];
    if (asked !== undefined) {
      scripted.questions.push(asked);
      scripted.askedAt.push((now() - (beganAt ?? now())) / 1000);
      return scripted.result(res, asked, req);
    }
    const id = randomUUID();
    scripted.started.push(id);
    beganAt ??= now();
    scripted.start(res, id, req);
  });
  const scripted: ScriptedTokenServer = {
    url: await listen(t, server),
    start: started(),
    result: undecided,
    started: [],
    questions: [],
    askedAt: [],
    paths: [],
  };
  return scripted;
}
