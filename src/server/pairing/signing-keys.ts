import { base64url } from "../text/bytes.js";

const algorithm = { name: "HMAC", hash: "SHA-256" };
const encoder = new TextEncoder();

/** What is signed: the members of a JSON array, the first one naming what the code is for. */
type Signed = readonly (string | number)[];

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Message authentication codes (HMAC-SHA-256, in base64url) by the site's keys: the first one signs, each is accepted. */
export class SigningKeys {
  readonly #secrets: () => readonly string[];
  /** Importing a key costs more than using it. Holds the keys of the last call, because keys are rotated. */
  #imported = new Map<string, Promise<Key>>();

  /** @param secrets called at each use: one to four secrets */
  constructor(secrets: () => readonly string[]) {
    this.#secrets = secrets;
  }

  /** The code by the first key. */
  async sign(parts: Signed): Promise<string> {
    const [first] = this.#keys();
    if (!first) throw new TypeError("There is no key");
    return code(await first, parts);
  }

  /** The code by each key, the first key's first. */
  codes(parts: Signed): Promise<string[]> {
    return Promise.all(this.#keys().map(async (key) => code(await key, parts)));
  }

  /** Whether one of the keys made this code. Each of them is tried, also after one that fits. */
  async verify(text: string, parts: Signed): Promise<boolean> {
    const bytes = bytesOf(text);
    const results = await Promise.all(
      this.#keys().map(async (key) => crypto.subtle.verify("HMAC", await key, bytes, encode(parts))),
    );
    return results.includes(true);
  }

  #keys(): Promise<Key>[] {
    const imported = new Map(
      this.#secrets().map((secret) => [secret, this.#imported.get(secret) ?? importKey(secret)]),
    );
    this.#imported = imported;
    return [...imported.values()];
  }
}

const importKey = (secret: string): Promise<Key> =>
  crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign", "verify"]);

const encode = (parts: Signed): Uint8Array<ArrayBuffer> => encoder.encode(JSON.stringify(parts));

const code = async (key: Key, parts: Signed): Promise<string> =>
  base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, encode(parts))));

/** The bytes of a text in base64url, which is known to be well-formed. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
