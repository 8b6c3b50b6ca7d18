import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { type TestContext } from "node:test";
import {
  createTokenServer,
  listen as listenWith,
  MobileAuthError,
  type TokenServerOptions,
} from "onegini-otp-login/emulator";
import { listen } from "../../support/listen.js";

export const options = {
  types: [{ name: "qr-code" }],
  clients: [{ id: "bank", secret: "bank-secret" }],
} satisfies TokenServerOptions;

export const basic = (id = "bank", secret = "bank-secret") =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

interface Started {
  id: string;
  otp: string;
}

/** A Token Server that listens on a free port until the test ends, with the calls of sites and phones. */
export async function serve(t: TestContext, overrides: Partial<TokenServerOptions> = {}) {
  const tokenServer = createTokenServer({ ...options, ...overrides });
  const { url, close } = await listenWith(tokenServer);
  t.after(close);
  return { tokenServer, url, ...clientOf(globalThis, url) };
}

/** The calls of sites and phones, over the network or in the Token Server's process. */
export function clientOf(server: { fetch(request: Request): Promise<Response> }, url = "http://localhost") {
  const send = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await server.fetch(new Request(url + path, init));
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };

  /** Posts a form to start a transaction; a parameter that is `undefined` is left out. */
  const postStart = (parameters: Record<string, string | undefined> = {}, headers: HeadersInit = {}) => {
    const all = {
      type: "qr-code",
      callback_uri: "http://127.0.0.1:1/callback",
      message: "Log in",
      ...parameters,
    };
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(all)) if (value !== undefined) form.set(name, value);
    return send("/oauth/api/v4/authenticate/user", {
      method: "POST",
      headers: { authorization: basic(), ...headers },
      body: form,
    });
  };
  const start = async (parameters: Record<string, string | undefined> = {}): Promise<Started> => {
    const { body } = await postStart(parameters);
    return { id: body["transaction_id"] as string, otp: body["otp"] as string };
  };
  const result = (id: string, headers: HeadersInit = { authorization: basic() }) =>
    send(`/oauth/api/v4/authenticate/transaction/${id}`, { headers });
  const phone = (method: string, path: string, body: unknown) =>
    send(`/phone/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const enroll = (user: string, enrolled = true) => phone("PUT", `users/${user}`, { enrolled });
  const scan = (user: string, otp: unknown) => phone("POST", `users/${user}/scan`, { otp });
  const answer = (id: string, accept: boolean) => phone("POST", `transactions/${id}/answer`, { accept });

  return { send, postStart, start, result, phone, enroll, scan, answer };
}

export interface ReceivedCallback {
  method: string | undefined;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** A site that receives callbacks. `next()` resolves to the next callback, also if it has arrived before. */
export async function receiveCallbacks(t: TestContext, respond = true) {
  const arrived: ReceivedCallback[] = [];
  const waiting: ((callback: ReceivedCallback) => void)[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => (text += part));
    request.on("end", () => {
      const callback = {
        method: request.method,
        headers: request.headers,
        body: JSON.parse(text) as unknown,
      };
      const waiter = waiting.shift();
      if (waiter) waiter(callback);
      else arrived.push(callback);
      if (respond) response.writeHead(204).end();
    });
  });
  const origin = await listen(t, server);
  return {
    uri: `${origin}/callback`,
    arrived,
    next: () =>
      new Promise<ReceivedCallback>((resolve) => {
        const first = arrived.shift();
        if (first) resolve(first);
        else waiting.push(resolve);
      }),
  };
}

/** `Promise.withResolvers`, which Node 20 lacks. */
export function withResolvers<Value>() {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((resolver) => (resolve = resolver));
  return { promise, resolve };
}

/** Asserts that a phone's call rejects with this code. */
export const rejectsWith = (promise: Promise<void>, code: number) =>
  assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof MobileAuthError, String(error));
    assert.deepEqual([error.code, typeof error.message, error.name], [code, "string", "MobileAuthError"]);
    return true;
  });
