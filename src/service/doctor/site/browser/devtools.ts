import type { Readable, Writable } from "node:stream";
import { parseJson } from "../../../../protocol/login-api.js";
import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";

type Commands = ProtocolMapping.Commands;
type Events = ProtocolMapping.Events;

/** The parameters of an event of the browser. */
export type EventOf<Name extends keyof Events> = Events[Name][0];

/** What hears events. `session`: the target that it comes from; undefined: the browser itself. */
export type Listeners = {
  [Name in keyof Events]?: (params: EventOf<Name>, session: string | undefined) => void;
};

interface Message {
  id?: number;
  method?: keyof Events;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
  sessionId?: string;
}

/** A page decides how long its texts are. */
const maxMessageBytes = 64_000_000;

/**
 * A browser's DevTools protocol over two pipes, as `--remote-debugging-pipe` has it: JSON messages, each ended by a zero byte. No
 * port is opened, so no other process can join, and the browser ends by itself when the pipes are closed.
 */
export class DevTools {
  readonly #to: Writable;
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  readonly #listeners: Listeners;
  #lastId = 0;
  #isClosed = false;

  constructor(pipes: { outgoing: Writable; incoming: Readable }, listeners: Listeners) {
    this.#to = pipes.outgoing;
    this.#listeners = listeners;
    const close = (): void => this.#close();
    this.#to.on("error", close);
    pipes.incoming.on("error", close).on("close", close);
    let parts: Buffer[] = [];
    let length = 0;
    pipes.incoming.on("data", (chunk: Buffer) => {
      let rest = chunk;
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        this.#receive(Buffer.concat([...parts, rest.subarray(0, end)]).toString("utf8"));
        rest = rest.subarray(end + 1);
        [parts, length] = [[], 0];
      }
      length += rest.length;
      if (length > maxMessageBytes) pipes.incoming.destroy();
      else parts.push(rest);
    });
  }

  /** Rejects if the browser refuses, has ended, or the target is gone. */
  send<Name extends keyof Commands>(
    method: Name,
    params: Commands[Name]["paramsType"][0] | Record<string, never> = {},
    session?: string,
  ): Promise<Commands[Name]["returnType"]> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Error("the browser has ended"));
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      this.#to.write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
    });
  }

  #receive(text: string): void {
    const message = parseJson(text) as Message | undefined;
    // No browser talks like that.
    if (typeof message !== "object" || message === null) return this.#close();
    const { id, method, params, result, error, sessionId } = message;
    if (method !== undefined) return this.#listeners[method]?.(params as never, sessionId);
    const waiting = this.#waiting.get(id ?? 0);
    this.#waiting.delete(id ?? 0);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result as never);
  }

  #close(): void {
    this.#isClosed = true;
    this.#to.destroy();
    for (const { reject } of this.#waiting.values()) reject(new Error("the browser has ended"));
    this.#waiting.clear();
  }
}
