import { SiteCookie } from "../http/site-cookie.js";
import { base64url } from "../text/bytes.js";
import type { Runtime } from "../runtime.js";
import type { SigningKeys } from "./signing-keys.js";

/** The random id of a browser: 128 bits. */
const idBytes = 16;

/** One browser is known for at most so many users, the newest. */
const maxUsers = 8;

/** No cookie of ours is longer. */
const maxLength = 2048;

/** The clocks of servers differ a little. */
const maxAheadMs = 60_000;

const dayMs = 86_400_000;

/** That one user logged in with the right number: when, and a code that only the site's keys make. */
interface Entry {
  readonly issuedMs: number;
  readonly code: string;
}

/** What the cookie says: nobody can read from it for which users its browser is known. */
interface Known {
  readonly id: string;
  readonly entries: readonly Entry[];
}

/** A user, and the instant after which a login makes their browser known. */
interface KnownUser {
  readonly userId: string;
  /** Milliseconds since the epoch. Default: the beginning of time. */
  readonly knownAfterMs?: number;
}

interface KnownBrowsersOptions {
  keys: SigningKeys;
  /** The site's. An entry of another site with the same keys does not count. */
  origin: string;
  /** Where the cookie belongs. */
  apiOrigin: string;
  /** How long a browser stays known after a login, in days; 0: no browser is known. */
  rememberDays: number;
  runtime: Runtime;
}

/**
 * The second cookie of a browser: the users who have logged in here with the right number. It stays when the browser is
 * closed and when the user logs out.
 */
export class KnownBrowsers {
  readonly #options: KnownBrowsersOptions;
  readonly #cookie: SiteCookie;

  constructor(options: KnownBrowsersOptions) {
    this.#options = options;
    this.#cookie = knownCookie(options.apiOrigin);
  }

  /** The browser that sent a request. @param header the request's `Cookie` header */
  of(header: string): KnownBrowser {
    return new KnownBrowser(this.#read(header), this.#cookie, this.#options);
  }

  /** The `Set-Cookie` that deletes the cookie. */
  endHeader(): string {
    return this.#cookie.endHeader();
  }

  #read(header: string): Known | undefined {
    const { name } = this.#cookie;
    // Only the white space of RFC 6265: `trim` also strips characters that another cookie's name may contain.
    const pairs = header.split(";").map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ""));
    const values = pairs
      .filter((pair) => pair.startsWith(`${name}=`))
      .map((pair) => pair.slice(name.length + 1));
    // Of two cookies, which only http allows, one may be somebody else's.
    return values.length === 1 ? parseCookie(values[0] ?? "") : undefined;
  }
}

/** The browser that sent one request, and the users that it is known for. */
export class KnownBrowser {
  readonly #known: Known | undefined;
  readonly #cookie: SiteCookie;
  readonly #options: KnownBrowsersOptions;
  /** Which entries are a user's. They are verified once, though a login asks for them twice. */
  readonly #isOfUser = new Map<string, Promise<boolean[]>>();

  constructor(known: Known | undefined, cookie: SiteCookie, options: KnownBrowsersOptions) {
    this.#known = known;
    this.#cookie = cookie;
    this.#options = options;
  }

  /** Whether this browser is known for this user. */
  async isKnown({ userId, knownAfterMs = -Infinity }: KnownUser): Promise<boolean> {
    if (!this.#known) return false;
    const { runtime, rememberDays } = this.#options;
    const now = runtime.now();
    const isOf = await this.#entriesOf(userId);
    return this.#known.entries.some(
      ({ issuedMs }, index) =>
        isOf[index] === true &&
        issuedMs <= now + maxAheadMs &&
        // Not even one from the minute ahead.
        rememberDays > 0 &&
        now - issuedMs < rememberDays * dayMs &&
        issuedMs > knownAfterMs,
    );
  }

  /**
   * The `Set-Cookie` that makes this browser known for this user. It stays known for its other users.
   *
   * @param issuedMs when the user logged in, also where that login is repeated now: its browser may have been forgotten since
   */
  async remember(userId: string, issuedMs: number): Promise<string> {
    const { keys, runtime, rememberDays } = this.#options;
    const id = this.#known?.id ?? base64url(runtime.random(idBytes));
    const code = await keys.sign(this.#parts(id, userId, issuedMs));
    const entries = [{ issuedMs, code }, ...(await this.#entriesOfOthers(userId))];
    return this.#cookie.header(textOf({ id, entries: entries.slice(0, maxUsers) }), rememberDays);
  }

  /** The `Set-Cookie` that makes this browser unknown for this user; undefined if it is not known for them. */
  async forget(userId: string): Promise<string | undefined> {
    const entries = await this.#entriesOfOthers(userId);
    if (!this.#known || entries.length === this.#known.entries.length) return undefined;
    if (entries.length === 0) return this.#cookie.endHeader();
    return this.#cookie.header(textOf({ id: this.#known.id, entries }), this.#options.rememberDays);
  }

  async #entriesOfOthers(userId: string): Promise<Entry[]> {
    const isOf = await this.#entriesOf(userId);
    return (this.#known?.entries ?? []).filter((_, index) => isOf[index] !== true);
  }

  /** Which entries are this user's. All are tried, so that the time does not tell which. */
  #entriesOf(userId: string): Promise<boolean[]> {
    const { id = "", entries = [] } = this.#known ?? {};
    const verified =
      this.#isOfUser.get(userId) ??
      Promise.all(
        entries.map(({ issuedMs, code }) =>
          this.#options.keys.verify(code, this.#parts(id, userId, issuedMs)),
        ),
      );
    this.#isOfUser.set(userId, verified);
    return verified;
  }

  #parts(id: string, userId: string, issuedMs: number) {
    return ["known/1", this.#options.origin, id, userId, issuedMs];
  }
}

/** The cookie by itself. @param apiOrigin where it belongs */
export const knownCookie = (apiOrigin: string): SiteCookie =>
  new SiteCookie(apiOrigin, "onegini-otp-login-known");

/** The newest entry first: `id.issuedMs.code.issuedMs.code`. */
const textOf = ({ id, entries }: Known): string =>
  [id, ...entries.flatMap(({ issuedMs, code }) => [issuedMs, code])].join(".");

const wellFormed = /^[\w-]{22}(?:\.\d{1,15}\.[\w-]{43})+$/;

/** Undefined for any text that is not whole: then none of it counts. */
function parseCookie(value: string): Known | undefined {
  if (value.length > maxLength || !wellFormed.test(value)) return undefined;
  const [id = "", ...fields] = value.split(".");
  const entries = fields.flatMap((field, index) =>
    index % 2 === 0 ? [{ issuedMs: Number(field), code: fields[index + 1] ?? "" }] : [],
  );
  return entries.length <= maxUsers ? { id, entries } : undefined;
}
