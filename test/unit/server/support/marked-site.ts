import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { TestContext } from "node:test";
import { inspect } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { createPhone, createTokenServer, type Phone, type TokenServer } from "onegini-otp-login/emulator";
import type { LoginKitEvent } from "onegini-otp-login/server";
import { Browser, type PageRequest } from "./browser.js";
import { recordingProxy, type RecordedExchange } from "./raw.js";
import type { Outflow, Secret } from "../../../support/secrets.js";
import { listen, site, type Site, type SiteKitOptions } from "./site.js";

/** A secret that can be recognised. It has characters that every encoding changes. */
export const mark = (name: string): string => `${name} "${randomBytes(9).toString("base64")}"/&+=%é`;

/** A secret that can be in a header, a cookie or a path. */
export const plainMark = (name: string): string => `${name}-${randomBytes(12).toString("hex")}`;

/** A browser with its owner's name as its user agent. */
export class NamedBrowser extends Browser {
  readonly name: string;

  constructor(name: string, where: { url: string; origin: string }) {
    super(where);
    this.name = name;
  }

  override post(path: string, { headers = {}, ...request }: PageRequest = {}): Promise<Response> {
    return super.post(path, { ...request, headers: { "user-agent": this.name, ...headers } });
  }

  override get(path: string, { headers = {}, ...request }: PageRequest = {}): Promise<Response> {
    return super.get(path, { ...request, headers: { "user-agent": this.name, ...headers } });
  }
}

/** A site with secrets that can be recognised. Everything that leaves it is recorded. */
export interface MarkedSite {
  site: Site;
  tokenServer: TokenServer;
  marks: Record<"clientSecret" | "callbackPassword" | "session" | "signInError" | "echo", string>;
  browser(name: string): NamedBrowser;
  phone(user: string): Promise<Phone>;
  /** Makes the Token Server repeat what it gets, in this form. Undefined: it stops that. */
  repeatBy(answer: ((sent: string) => Response) | undefined): void;
  /** All OTPs so far. */
  otps(): string[];
  /** Everything that left the site, by network and by events. */
  outflows(): Outflow[];
  /** The secrets that the site was given, and those that it made. */
  secrets(): Secret[];
}

interface MarkedSiteOptions {
  clientAuthentication?: "basic" | "body";
  /** Whether there is an `onEvent`. Without it, events go to the console. */
  hook?: boolean;
  options?: (marks: MarkedSite["marks"]) => SiteKitOptions;
}

export async function markedSite(
  t: Pick<TestContext, "after">,
  { clientAuthentication = "basic", hook = true, options = () => ({}) }: MarkedSiteOptions = {},
): Promise<MarkedSite> {
  const marks = {
    clientSecret: mark("client secret"),
    callbackPassword: mark("callback password"),
    session: plainMark("session"),
    signInError: plainMark("sign-in-error"),
    echo: plainMark("echo"),
  };
  let siteOrigin = "http://127.0.0.1:1";
  let repeat: ((sent: string) => Response) | undefined;
  const toSite = await recordingProxy(t, () => siteOrigin);
  const callback = { username: "token-server", password: marks.callbackPassword };

  const tokenServer = createTokenServer({
    types: [{ name: "qr-code" }],
    clients: [{ id: "site", secret: marks.clientSecret }],
    callbacks: [{ url: `${toSite.origin}/otp-login/callback`, ...callback }],
  });
  const answer = getRequestListener(
    async (request) => {
      if (!repeat) return tokenServer.fetch(request);
      const sent = [...request.headers].map((header) => header.join(": "));
      return repeat([request.url, ...sent, await request.text()].join("\n"));
    },
    { overrideGlobalObjects: false },
  );
  const behind = await listen(
    t,
    createServer((req, res) => void answer(req, res)),
  );
  const toTokenServer = await recordingProxy(t, () => behind);

  const events: LoginKitEvent[] = [];
  const begun = await site(t, {
    tokenServerUrl: toTokenServer.origin,
    options: {
      origin: toSite.origin,
      callback,
      tokenServer: {
        url: toTokenServer.origin,
        clientId: "site",
        clientSecret: marks.clientSecret,
        clientAuthentication,
        type: "qr-code",
      },
      signIn: ({ userId }) => {
        if (userId.startsWith("throws")) throw new Error(`no session for ${userId}: ${marks.signInError}`);
        return Response.json({}, { headers: { "set-cookie": `session=${marks.session}; HttpOnly` } });
      },
      // Instead of the `onEvent` that `site` sets: another one, or none.
      ...({ onEvent: hook ? (event: LoginKitEvent) => void events.push(event) : undefined } as object),
      ...options(marks),
    },
  });

  siteOrigin = begun.origin;

  const where = { url: `${toSite.origin}/otp-login`, origin: toSite.origin };
  const otps = () => issued(toTokenServer.exchanges).map(({ otp }) => otp);
  return {
    site: begun,
    tokenServer,
    marks,
    browser: (name) => new NamedBrowser(name, where),
    async phone(user) {
      const phone = createPhone(tokenServer, user);
      await phone.enroll();
      return phone;
    },
    repeatBy: (next) => (repeat = next),
    otps,
    outflows: () => [
      ...toSite.exchanges.flatMap(fromSite),
      ...toTokenServer.exchanges.flatMap(toTheTokenServer),
      ...events.flatMap(fromEvent),
    ],
    secrets: () => [
      ...givenSecrets(marks),
      ...issued(toTokenServer.exchanges).flatMap(secretsOfCode),
      ...toSite.exchanges.flatMap(secretsOfBrowser),
      ...toSite.exchanges.flatMap(secretsOfTicket),
    ],
  };
}

const browserOf = ({ requestHeaders }: RecordedExchange): string =>
  requestHeaders.find(([name]) => name === "user-agent")?.[1] ?? "the Token Server";

/** The name of a call of the login API. */
function callOf({ method, url }: RecordedExchange): string {
  const path = url.split("?", 1)[0] ?? "";
  if (method === "POST" && path === "/otp-login") return "start";
  return /^\/otp-login\/(?:[\w-]{22}\/)?(otp|login|callback)$/.exec(path)?.[1] ?? "status";
}

function fromSite(exchange: RecordedExchange): Outflow[] {
  const where = `answer to ${browserOf(exchange)}: ${callOf(exchange)}`;
  return [
    { where: "address of a request", text: exchange.url },
    ...exchange.answerHeaders.map(([name, text]) => ({ where: `${where}, header ${name}`, text })),
    { where: `${where}, body`, text: exchange.answerBody },
  ];
}

function toTheTokenServer({ method, url, requestHeaders, requestBody }: RecordedExchange): Outflow[] {
  const where = `to the Token Server: ${method === "POST" ? "start" : "poll"}`;
  return [
    { where: `${where}, address`, text: url },
    ...requestHeaders.map(([name, text]) => ({ where: `${where}, header ${name}`, text })),
    { where: `${where}, body`, text: requestBody },
  ];
}

/** An event as a log may write it: as JSON, as a complete inspection, and the stacks of its errors. */
function fromEvent(event: LoginKitEvent): Outflow[] {
  const where = `event ${event.type}`;
  const everything = {
    depth: Infinity,
    showHidden: true,
    maxStringLength: Infinity,
    maxArrayLength: Infinity,
  };
  const error: unknown = "error" in event ? event.error : undefined;
  return [
    { where, text: JSON.stringify(event) },
    { where, text: inspect(event, { ...everything, breakLength: Infinity }) },
    ...(error instanceof Error ? [{ where, text: `${error.stack} ${String(error.cause)}` }] : []),
  ];
}

function givenSecrets(marks: MarkedSite["marks"]): Secret[] {
  return [
    {
      name: "client secret",
      value: marks.clientSecret,
      belongs: /^to the Token Server: \w+, (header authorization|body)$/,
    },
    { name: "callback password", value: marks.callbackPassword, belongs: undefined },
    { name: "session", value: marks.session, belongs: /^answer to \w+: login, header set-cookie$/ },
    { name: "signIn's error", value: marks.signInError, belongs: /^(event sign_in_failed|console)$/ },
    {
      name: "Token Server's words",
      value: marks.echo,
      belongs: /^(event (token_server_(trouble|down)|transaction_failed)|console)$/,
    },
  ];
}

/** The codes that the Token Server gave, and each one's browser. */
const issued = (exchanges: readonly RecordedExchange[]): { otp: string; browser: string }[] =>
  exchanges
    .filter(({ method, status }) => method === "POST" && status === 200)
    .flatMap(({ requestBody, answerBody }) => {
      const { otp } = JSON.parse(answerBody) as { otp?: string };
      const browser = new URLSearchParams(requestBody).get("user_agent") ?? "";
      return otp === undefined ? [] : [{ otp, browser }];
    });

function secretsOfCode({ otp, browser }: { otp: string; browser: string }): Secret[] {
  const belongs = new RegExp(`^answer to ${browser}: (start|otp), body$`);
  const { otp: inner } = JSON.parse(atob(otp)) as { otp: string };
  return [
    { name: `OTP of ${browser}`, value: otp, belongs },
    { name: `bytes in the OTP of ${browser}`, value: inner, belongs },
  ];
}

/** A ticket may be in its page's address: that is the site's, and not one of the kit's calls. */
function secretsOfTicket(exchange: RecordedExchange): Secret[] {
  if (callOf(exchange) !== "login" || exchange.status !== 200) return [];
  const browser = browserOf(exchange);
  const { ticket } = JSON.parse(exchange.answerBody) as { ticket?: string };
  const value = ticket?.split(".")[1];
  if (value === undefined) return [];
  const hash = createHash("sha256").update(value);
  return [
    { name: `ticket of ${browser}`, value, belongs: new RegExp(`^answer to ${browser}: login, body$`) },
    { name: `hash of the ticket of ${browser}`, value: hash.copy().digest("base64url"), belongs: /^redis$/ },
    { name: `hash in hex of the ticket of ${browser}`, value: hash.digest("hex"), belongs: undefined },
  ];
}

function secretsOfBrowser(exchange: RecordedExchange): Secret[] {
  if (callOf(exchange) !== "start" || exchange.status !== 201) return [];
  const browser = browserOf(exchange);
  const { attempt } = JSON.parse(exchange.answerBody) as { attempt: string };
  const secrets: Secret[] = [
    {
      // Not secret, but neither other browsers nor the Token Server may get it.
      name: `attempt of ${browser}`,
      value: attempt,
      belongs: new RegExp(
        `^(answer to ${browser}: (start|login), body|address of a request|event .*|console|redis)$`,
      ),
    },
  ];
  const cookies = exchange.answerHeaders.filter(([name]) => name === "set-cookie");
  for (const [, cookie] of cookies) {
    const value = /^onegini-otp-login=([\w-]{43});/.exec(cookie)?.[1];
    if (value === undefined) continue;
    const belongs = new RegExp(`^answer to ${browser}: start, header set-cookie$`);
    const hash = createHash("sha256").update(value);
    secrets.push(
      { name: `cookie of ${browser}`, value, belongs },
      {
        name: `hash of the cookie of ${browser}`,
        value: hash.copy().digest("base64url"),
        belongs: /^redis$/,
      },
      { name: `hash in hex of the cookie of ${browser}`, value: hash.digest("hex"), belongs: undefined },
    );
  }
  return secrets;
}
