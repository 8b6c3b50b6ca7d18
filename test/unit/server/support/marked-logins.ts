import type { SiteKitOptions } from "./site.js";
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { inspect } from "node:util";
import { until } from "../../../support/until.js";
import { findLeaks, neverSeen, type Outflow, type Secret } from "../../../support/secrets.js";
import { plainMark, type MarkedSite, type NamedBrowser } from "./marked-site.js";

/** Parts of a page's request that the kit has no use for. */
export const carried = {
  bearer: plainMark("bearer"),
  cookie: plainMark("cookie-of-the-site"),
  query: plainMark("query"),
  path: plainMark("path"),
  body: plainMark("body"),
  credentials: plainMark("wrong-password"),
};

export const carriedSecrets: Secret[] = [
  { name: "Authorization of the page", value: carried.bearer, belongs: undefined },
  { name: "cookie of the site", value: carried.cookie, belongs: undefined },
  { name: "query", value: carried.query, belongs: /^address of a request$/ },
  { name: "path", value: carried.path, belongs: /^address of a request$/ },
  { name: "body of a page", value: carried.body, belongs: undefined },
  { name: "credentials of a stranger", value: carried.credentials, belongs: undefined },
];

export async function answerOnPhone(
  world: MarkedSite,
  user: string,
  otp: string,
  accepts: boolean,
): Promise<void> {
  const phone = await world.phone(user);
  phone.onConfirmation((confirmation) => (accepts ? confirmation.accept() : confirmation.deny()));
  await phone.handleMobileAuthWithOtp(otp);
}

export const reaches = async (browser: NamedBrowser, attempt: string, status: string): Promise<void> => {
  const stream = await browser.stream(attempt);
  await stream.status(status);
  await stream.end();
};

/** A login with everything that can belong to it: a renewal, a stream, polls, the login, and its repetition. */
async function acceptedLogin(world: MarkedSite): Promise<void> {
  const alice = world.browser("alice");
  const headers = { authorization: `Bearer ${carried.bearer}` };
  const { attempt } = await alice.start({ headers, body: { language: "nl", password: carried.body } });
  const { otp } = await alice.renew(attempt);
  await alice.status(attempt, { prefer: "wait=1", ...headers, "x-other": carried.cookie });
  await answerOnPhone(world, "alice", otp, true);
  await reaches(alice, attempt, "approved");
  for (let time = 0; time < 2; time++) assert.equal((await alice.logIn(attempt)).status, 200);
}

async function deniedAndExpired(world: MarkedSite): Promise<void> {
  const bob = world.browser("bob");
  const denied = await bob.start();
  await answerOnPhone(world, "bob", denied.otp, false);
  await reaches(bob, denied.attempt, "denied");

  world.tokenServer.setFaults({
    start: async (usual) => Response.json({ ...((await usual.json()) as object), time_to_live: 50 }),
  });
  const carol = world.browser("carol");
  const { attempt } = await carol.start();
  world.tokenServer.setFaults({});
  await reaches(carol, attempt, "expired");
}

/** Calls of strangers, and invalid calls. */
async function refusedCalls(world: MarkedSite): Promise<void> {
  const dave = world.browser("dave");
  const mallory = world.browser("mallory");
  const { attempt } = await dave.start();
  await mallory.start();
  const cookie = `${dave.cookie}; other=${carried.cookie}`;
  const elsewhere = { origin: "https://evil.example", cookie };
  assert.equal((await mallory.post("", { headers: elsewhere })).status, 403);
  for (const path of [`/${attempt}`, `/${attempt}?token=${carried.query}`, `/${carried.path}`]) {
    assert.equal((await mallory.get(path)).status, 404);
  }
  assert.equal((await mallory.logIn(attempt)).status, 404);
  assert.equal((await dave.logIn(attempt)).status, 409);
  for (const [body, status] of [
    [`{"password": "${carried.body}"`, 400],
    [`["${carried.body}"]`, 400],
    [carried.body.repeat(200), 413],
  ] as const) {
    assert.equal((await dave.post("", { body, headers: { cookie } })).status, status);
  }
  for (const authorization of [
    undefined,
    `Basic ${Buffer.from(`token-server:${carried.credentials}`).toString("base64")}`,
    `Bearer ${carried.credentials}`,
  ]) {
    const headers = authorization === undefined ? {} : { authorization };
    const body = { transaction_id: carried.body };
    assert.equal((await mallory.post("/callback", { body, headers })).status, 401);
  }
}

/** A Token Server that repeats what it gets, in every form of its answers. */
async function repeatingTokenServer(world: MarkedSite): Promise<void> {
  const erin = world.browser("erin");
  const { echo, clientSecret } = world.marks;
  const decoded = (sent: string): string =>
    [...sent.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)]
      .map(([code]) => Buffer.from(code, "base64").toString())
      .join(" ");
  const wordings: ((sent: string) => string)[] = [
    (sent) => /authorization: .*/i.exec(sent)?.[0] ?? "",
    (sent) => sent.slice(sent.lastIndexOf("\n")).slice(-280),
    (sent) => decodeURIComponent(sent.slice(sent.lastIndexOf("\n")).replaceAll("+", " ")).slice(-280),
    (sent) => decoded(sent),
    (sent) => decodeURIComponent(decoded(sent).replaceAll("+", " ")),
    () => JSON.stringify({ client_secret: clientSecret }),
    () => encodeURIComponent(clientSecret).toLowerCase(),
    () => `not a code: ${world.otps().at(-1)}`,
    () => `not a code: ${(JSON.parse(atob(world.otps().at(-1) ?? "")) as { otp: string }).otp}`,
  ];
  const { attempt } = await erin.start();
  for (const wording of wordings) {
    const said = (sent: string): string => `${echo} ${wording(sent)}`;
    for (const answer of [
      (sent: string) => Response.json({ error: said(sent), error_description: said(sent) }, { status: 400 }),
      (sent: string) => Response.json({ error_code: 1000, description: said(sent) }, { status: 404 }),
      (sent: string) => new Response(said(sent), { status: 500, headers: { "content-type": "text/html" } }),
      (sent: string) =>
        new Response(null, {
          status: 302,
          headers: { location: `http://127.0.0.1:1/?${encodeURIComponent(said(sent))}` },
        }),
    ]) {
      world.repeatBy(answer);
      assert.match(String((await erin.post("")).status), /^50[03]$/);
      assert.match(String((await erin.post(`/${attempt}/otp`)).status), /^50[03]$/);
      // After a third one that fails it would be taken for down, and no longer be called.
      world.repeatBy(undefined);
      await world.browser("frank").start();
    }
  }
  for (const wording of wordings) {
    world.repeatBy(undefined);
    const frank = world.browser("frank");
    const { attempt: failing, otp } = await frank.start();
    const { transaction_id } = JSON.parse(atob(otp)) as { transaction_id: string };
    world.repeatBy((sent) => {
      const said = `${echo} ${wording(sent)}`;
      return Response.json({
        transaction_id,
        is_authenticated: false,
        not_authenticated_reason: { reason: said, description: said },
      });
    });
    assert.equal((await frank.status(failing)).status, "failed");
  }
  world.repeatBy(undefined);
}

/** It is down for everybody, and the kit's own start finds out. */
export async function tokenServerDown(world: MarkedSite): Promise<void> {
  world.repeatBy((sent) =>
    Response.json({ error: `${world.marks.echo} ${sent.slice(-200)}` }, { status: 500 }),
  );
  const heidi = world.browser("heidi");
  // The first one that is refused without a call.
  await until(
    async () => Number((await heidi.post("")).headers.get("retry-after")) >= 10,
    "the kit's own start",
  );
}

async function signInThatThrows(world: MarkedSite): Promise<void> {
  const grace = world.browser("grace");
  const { attempt, otp } = await grace.start();
  await answerOnPhone(world, "throws-for-grace", otp, true);
  await reaches(grace, attempt, "approved");
  for (let time = 0; time < 2; time++) assert.equal((await grace.logIn(attempt)).status, 500);
}

export async function allLogins(world: MarkedSite): Promise<void> {
  await acceptedLogin(world);
  await deniedAndExpired(world);
  await refusedCalls(world);
  await repeatingTokenServer(world);
  await signInThatThrows(world);
}

/** A login that the site takes over: a ticket, its repetition, and redemptions by everybody. */
export async function handedOverLogin(world: MarkedSite): Promise<void> {
  const alice = world.browser("alice");
  const mallory = world.browser("mallory");
  await mallory.start();
  const { attempt, otp } = await alice.start();
  await answerOnPhone(world, "alice", otp, true);
  await reaches(alice, attempt, "approved");
  const tickets: string[] = [];
  for (let time = 0; time < 2; time++) {
    const answer = (await (await alice.logIn(attempt)).json()) as { ticket: string };
    tickets.push(answer.ticket);
  }
  const redeem = async ({ cookie = "" }: NamedBrowser): Promise<(string | undefined)[]> => {
    const users: (string | undefined)[] = [];
    for (const ticket of [...tickets, `${attempt}.${carried.query}`])
      users.push((await world.site.kit.redeem(ticket, { headers: { cookie } }))?.userId);
    return users;
  };
  assert.deepEqual(await redeem(mallory), [undefined, undefined, undefined]);
  assert.deepEqual(await redeem(alice), [undefined, "alice", undefined]);
  assert.deepEqual(await redeem(alice), [undefined, undefined, undefined]);
  assert.equal((await alice.logIn(attempt)).status, 409);
}

/** Collects what is written to the console from now on. */
export function listenToConsole(t: TestContext): Outflow[] {
  const lines: Outflow[] = [];
  for (const method of ["debug", "log", "info", "warn", "error"] as const) {
    t.mock.method(console, method, (...args: unknown[]) => {
      const text = args.map((arg) => (typeof arg === "string" ? arg : inspect(arg, { depth: Infinity })));
      lines.push({ where: "console", text: text.join(" ") });
    });
  }
  return lines;
}

export const quick: SiteKitOptions = { timeouts: { graceSeconds: 0.2 } };

export function assertKept(outflows: Outflow[], secrets: Secret[]): void {
  assert.deepEqual(findLeaks(outflows, secrets), []);
  assert.deepEqual(neverSeen(outflows, secrets), [], "The search was blind to these.");
}

/** The site of these logins gives out tickets. */
export const handingOver: SiteKitOptions = { ...quick, handOver: { to: "/login/otp" } };

export const isOfTicket = ({ name }: Secret): boolean => name.includes("ticket of");

export const isInMemory = ({ belongs }: Secret): boolean => belongs?.source !== "^redis$";
