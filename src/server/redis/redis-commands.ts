import { scripting, type RedisStoreClient } from "./redis-client.js";
import { within } from "./redis-deadline.js";
import { replyCode, storeError, type RedisStoreError } from "./redis-errors.js";

/** Runs scripts on the site's client, each within its time. */
export class RedisCommands {
  readonly #client: RedisStoreClient;
  readonly #timeoutMs: number;
  /** The SHA-1 hashes by which a server knows the scripts that it has run before. */
  readonly #hashes = new Map<string, Promise<string>>();
  /** Hears of what went wrong. */
  onError: (error: RedisStoreError) => void = () => undefined;

  constructor(client: RedisStoreClient, timeoutMs: number) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * The answer of a script.
   *
   * @throws RedisStoreError, at the latest when the time is over. The script may run all the same, later.
   */
  async run(doing: string, script: string, key: string, ...args: string[]): Promise<unknown> {
    const options = { keys: [key], arguments: args };
    const hash = await this.#hash(script);
    try {
      return await within(this.#timeoutMs, doing, async (signal) => {
        const client = scripting(this.#client, signal);
        try {
          return await client.evalSha(hash, options);
        } catch (error) {
          // The server is new, or was told to forget its scripts. It keeps this one from now on.
          if (replyCode(error) !== "NOSCRIPT") throw error;
          return await client.eval(script, options);
        }
      });
    } catch (error) {
      const why = storeError(doing, error);
      this.onError(why);
      throw why;
    }
  }

  #hash(script: string): Promise<string> {
    const known = this.#hashes.get(script) ?? sha1(script);
    this.#hashes.set(script, known);
    return known;
  }
}

async function sha1(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
