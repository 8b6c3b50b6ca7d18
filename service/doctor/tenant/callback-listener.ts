import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { DoctorSettings } from "../doctor-settings.js";

/** How a callback authenticated, beside what the settings say. */
export type Authentication =
  /** As the settings say: with this user name and password, or without any. */
  | "as-set"
  /** With a user name and a password that are not those of the settings. */
  | "other"
  /** Without, although the settings have a user name and a password. */
  | "none"
  /** With a user name and a password, although the settings have none. */
  | "not-set";

export interface Heard {
  at: number;
  authentication: Authentication;
}

/** Hears callbacks in place of the site's server or the service. */
export interface CallbackListener {
  /** Where it listens. */
  address: string;
  /** The first callback for a transaction. */
  heard: (transactionId: string) => Heard | undefined;
  /** Is called with each callback's transaction. */
  onHeard: (transactionId: string) => void;
  close: () => void;
}

/** `error`: a system error's code, such as `EADDRINUSE`, or `no-port`. */
export type Listening = CallbackListener | { error: string };

const maxBytes = 4096;

/** Listens where the site's server or the service would. Answers callbacks as the kit does, and all else with 404. Never rejects. */
export function listenForCallbacks(settings: DoctorSettings, now: () => number): Promise<Listening> {
  const { host, port } = settings;
  if (port === undefined) return Promise.resolve({ error: "no-port" });
  const heard = new Map<string, Heard>();
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => answer(request, response, body),
      () => response.destroy(),
    );
  });

  function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    response.setHeader("cache-control", "no-store");
    const id = request.method === "POST" ? transactionIn(body) : undefined;
    if (id === undefined) return void response.writeHead(404).end();
    const authentication = authenticationOf(request, settings);
    // Anybody can post: what is kept has an end.
    if (!heard.has(id) && heard.size < 1000) heard.set(id, { at: now(), authentication });
    const isRefused = authentication === "none" || authentication === "other";
    response.writeHead(
      isRefused ? 401 : 204,
      isRefused ? { "www-authenticate": 'Basic realm="callback", charset="UTF-8"' } : {},
    );
    response.end();
    listener.onHeard(id);
  }

  const listener: CallbackListener = {
    address: "",
    heard: (id) => heard.get(id),
    onHeard: () => undefined,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message }));
    server.listen(port, host, () => {
      const { address, family, port } = server.address() as AddressInfo;
      listener.address = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
      resolve(listener);
    });
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk as string;
    if (body.length > maxBytes) throw new Error("too large");
  }
  return body;
}

function transactionIn(body: string): string | undefined {
  try {
    const { transaction_id: id } = JSON.parse(body) as Record<string, unknown>;
    return typeof id === "string" ? id : undefined;
  } catch {
    return undefined;
  }
}

function authenticationOf({ headers }: IncomingMessage, settings: DoctorSettings): Authentication {
  const expected = callbackAuthorizations(settings);
  const given = headers.authorization;
  if (expected.length === 0) return given === undefined ? "as-set" : "not-set";
  if (given === undefined) return "none";
  return expected.includes(given.replace(/^basic +/i, "Basic ")) ? "as-set" : "other";
}

/** The headers of a callback with the settings' user name and each password; empty where there are none. */
export function callbackAuthorizations({
  "callback-username": username,
  "callback-password": passwords,
}: DoctorSettings): string[] {
  if (username === undefined) return [];
  return (passwords ?? []).map(
    (password) => `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
  );
}
