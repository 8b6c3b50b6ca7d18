import type { Pause } from "./store/pause-switch.js";
import type { NewBrowserCookie } from "./http/browser-cookie.js";
import type { HeadersOfRequest, Login } from "./options.js";
import type { TokenServerCheck } from "./token-server/token-server-check.js";

/** The site's backend for the widget. */
export interface LoginKit<Context = unknown> {
  /**
   * Answers a request of the login API; 404 outside its path. Never rejects.
   *
   * @param context passed on to the site's `signIn`, `clientIp` and `message`
   */
  fetch(
    request: Request,
    ...context: undefined extends Context ? [context?: Context] : [context: Context]
  ): Promise<Response>;

  /**
   * Begins an attempt for a login page that the site's server renders, so that its code can be scanned before any script
   * has run. The page contains `<onegini-otp-login attempt otp expires-in digits>svg</onegini-otp-login>`, and its answer the
   * headers. `null` where there is nothing to show, such as for a prefetch, after an error, and with `pageUrl` for a page that
   * may not call: the element then begins by itself. Never rejects: a wrong option is reported as `internal_error`.
   *
   * @param request the request for the page
   */
  begin(
    request: Request,
    ...rest: undefined extends Context
      ? [context?: Context, options?: BeginOptions]
      : [context: Context, options?: BeginOptions]
  ): Promise<FirstPaint | null>;

  /**
   * The kit's cookie for a browser that has none. For a framework whose pages cannot set cookies, such as Next.js: its
   * middleware sets this one, and the page passes it to `begin` with the request's others. `undefined` if the request has
   * the cookie, for a request whose answer nobody sees, and for a page that may not call, as with `begin`.
   * Never throws.
   *
   * @param request the request for the page
   */
  browserCookie(
    request: Pick<Request, "method" | "headers">,
    options?: PageOptions,
  ): NewBrowserCookie | undefined;

  /**
   * Takes a login over in a request of the site's own (`handOver`): resolves to the login of the ticket that the page
   * brought, once, and only for the browser that began it. Otherwise resolves to `undefined`, and the event
   * `ticket_refused` says why. Nothing that a browser can send makes it reject.
   *
   *     const login = await kit.redeem(url.searchParams.get("ticket"), request);
   *     if (!login) return redirect("/login");
   *     for (const cookie of login.headers.getSetCookie()) answer.headers.append("set-cookie", cookie);
   *
   * Rejects while the store does not work: the page may try again, until the ticket's time is over. Rejects with a
   * TypeError on a kit with `signIn`, and for a request without headers.
   *
   * @param ticket the text in the query or form, `{attempt}.{secret}`; anything else is refused
   * @param request the browser's request, of the Web or of Node: its `Cookie` header tells which browser it is
   */
  redeem(ticket: unknown, request: HeadersOfRequest): Promise<RedeemedLogin | undefined>;

  /**
   * Tells the page that its code was scanned, on every server: it says "Check your phone". For the route that the site's
   * app calls, where the app is authenticated as always. It decides nothing: only the Token Server's result logs in. A
   * code that is unknown or over changes nothing, nor does a user's second scan. Never rejects.
   */
  scanned(scan: ScannedCode): Promise<void>;

  /**
   * Pauses the site's logins, on all servers that share the store within two seconds, and after a restart of theirs: no code is
   * given out. Starts and renewals are answered 503 `login_paused`, and `begin` resolves to `null`; the page says so, and asks
   * again by itself. A code that is on a screen still works, and a login that is under way ends as always.
   *
   *     await kit.pause({ until: Date.now() + 3_600_000, by: "jane", reason: "the app's release" });
   *
   * A second call replaces the first. The last word counts on every server, also after the store has lost it (emptied, an older
   * copy, a failover), as long as one server runs that has heard it. Rejects while the store does not work; with a TypeError if
   * an option is wrong; with an `UnreadablePause` (its `name`) if the store has a pause that this version cannot read, which is
   * not written over; and with a TypeError if the store is shared but has no `pauseSwitch`, because the other servers would go
   * on. Without one a store of one process pauses this kit alone.
   */
  pause(options?: PauseOptions): Promise<void>;

  /** Ends the pause at once. Without one, it is still the last word. Rejects as `pause` does. */
  resume(options?: ResumeOptions): Promise<void>;

  /**
   * The headers that end this browser's cookie, and with it all of its attempts: for the answer to the site's logout, which
   * must come from the host of `apiOrigin`. With `pairing` the browser stays known to its users, unless `knownBrowser` is true,
   * as after "this is not my computer".
   */
  forget(options?: ForgetOptions): Headers;

  /**
   * Asks the Token Server once whether it starts a code for this site: address, certificate, client, type and callback's
   * address. For a site's start and for its operators. It costs a code that nobody is shown, so the result is kept for 60 s.
   * Not for a load balancer's check: a Token Server that is down must not take the servers out. Never rejects.
   *
   *     const check = await kit.check();
   *     if (!check.ok) console.error("The QR login does not work:", check);
   */
  check(): Promise<TokenServerCheck>;

  /**
   * Whether QR login works on this server, for monitoring: false if the store does not answer within two seconds or refuses what
   * is written, and after `close()`. It writes only before this server's first write, and after one that failed. The Token Server
   * does not count, because every server has the same. A load balancer that asks it takes the whole site out with the store.
   * Never rejects.
   */
  health(): Promise<Health>;

  /**
   * Ends all streams and held polls, for a deploy; the clients come back spread over some seconds. Calls are still
   * answered. Resolves when every call that had begun is answered, every callback that had come is handled, and no result
   * call is running. After that the kit makes no result calls by itself.
   */
  close(): Promise<void>;
}

/** What a log-out ends besides the attempts of its browser. */
export interface ForgetOptions {
  /** Whether the browser is no longer known to its users (`pairing`): the next login asks for the number. Default false. */
  knownBrowser?: boolean;
}

/** A login that a ticket gave: it belongs to the browser of that request. */
export interface RedeemedLogin extends Pick<Login, "userId" | "attempt" | "login"> {
  /**
   * For the answer to that browser, on the host of the login API: with `pairing` the `Set-Cookie` by which it is known from now
   * on, else empty. It is a credential: not for a log.
   */
  headers: Headers;
}

/** A code that the site's app has scanned. */
export interface ScannedCode {
  /** The `transaction_id` in the JSON that the OTP is base64 of. */
  transactionId: string;
  /**
   * The user who is logged in to the app, as the Token Server names them. Then `signIn` gets this scan only if the same user
   * accepts. Give it wherever you compare addresses: without it, any user of the app can make the scan that counts.
   */
  userId?: string | undefined;
  /** The phone's IP address, for `signIn`. Any other string counts as none. */
  address?: string | undefined;
  /** The phone's user agent, for `signIn`: at most 512 characters are kept. */
  userAgent?: string | undefined;
}

/** The state of a server. */
export interface Health {
  /** Whether QR login works on it. */
  healthy: boolean;
  /** Whether the store answers, and takes what is written: one that is full, or a replica, can only be read. */
  store: "ok" | "unreachable" | "refuses_writes";
  /** Whether `close()` was called. */
  closing: boolean;
  /** Open streams and held polls on this server. */
  watchers: number;
  /** Attempts that this server began and that wait for a scan (`limits.waiting`). */
  waiting: number;
  /**
   * Set while logins are paused, as far as this server knows: by whom, why, and until when, where the operator said so. It does
   * not count for `healthy`.
   */
  paused?: Pause;
}

/** What the site knows of a page that its server renders. */
export interface PageOptions {
  /**
   * The page's address in the browser, if the site knows it: from its framework, behind proxies only if the framework
   * takes scheme and host from them. If pages of that origin may not call the login API, nothing begins. Without it the page
   * counts as one of `origin`.
   */
  pageUrl?: string | URL | undefined;
}

/** An attempt that began with a page, for the server that renders the page. */
export interface FirstPaint {
  /** For the element's attribute `attempt`. */
  attempt: string;
  /** For the element's attribute `otp`: base64, safe in HTML as it is. */
  otp: string;
  /** For the element's attribute `expires-in`: whole seconds until the code expires. */
  expiresIn: number;
  /** For the element's attribute `digits`, which the page leaves out where this is missing: without `pairing`. */
  digits?: number;
  /** For the page's answer: `Cache-Control`, and `Set-Cookie` for a browser without the kit's cookie. */
  headers: Headers;
  /** The code as markup, to be placed between the element's tags. It needs no style and no script. */
  svg: string;
}

/** Options of `kit.begin`. */
export interface BeginOptions extends PageOptions {
  /**
   * The element's attribute `qr-link`, if the page sets it: a link such as `https://bank.example/app#otp={otp}`, which the code
   * holds in place of the OTP alone. https only, `{otp}` in the fragment, and at most 110 characters besides.
   */
  qrLink?: string | undefined;
}

/** Who resumes the logins, and why: for the events of all servers. */
export interface ResumeOptions {
  /**
   * Ends, or with `pause` begins, a pause of this server alone. It needs no store, and ends with this kit. Without a time:
   * `until` cannot be given with it. Default false: all servers.
   */
  onThisServer?: boolean | undefined;
  /** Who says so: at most 100 characters without control or invisible characters. */
  by?: string | undefined;
  /** Why: at most 100 characters without control or invisible characters. */
  reason?: string | undefined;
}

/** When a pause ends, who pauses the logins, and why. */
export interface PauseOptions extends ResumeOptions {
  /** When logins go on by themselves: a `Date` or milliseconds since the epoch, in the future. Default: with `resume` only. */
  until?: Date | number | undefined;
}
