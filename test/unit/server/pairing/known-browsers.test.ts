import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { KnownBrowsers } from "../../../../src/server/pairing/known-browsers.js";
import { SigningKeys } from "../../../../src/server/pairing/signing-keys.js";
import { VirtualClock } from "../../../support/virtual-clock.js";

const day = 86_400;
const alice = { userId: "alice" };
const oldKey = "the old key, which has 32 characters";
const newKey = "the new key, which has 32 characters";

describe("a browser that is known for a user", () => {
  let clock: VirtualClock;
  let secrets: string[];
  let browsers: KnownBrowsers;

  const create = (origin = "https://www.example.com", rememberDays = 180) =>
    new KnownBrowsers({
      keys: new SigningKeys(() => secrets),
      origin,
      apiOrigin: origin,
      rememberDays,
      runtime: clock,
    });
  /** The `Cookie` header that a browser sends after a login. */
  const loggedIn = async (userId: string, before = "") =>
    pairOf(await browsers.of(before).remember(userId, clock.now()));

  beforeEach(() => {
    clock = new VirtualClock();
    secrets = [oldKey];
    browsers = create();
  });

  test("is known after a login with the number, and its cookie is for the server alone", async () => {
    const header = await browsers.of("").remember("alice", clock.now());
    assert.match(
      header,
      /^__Host-onegini-otp-login-known=[\w.-]+; Max-Age=15552000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    assert.doesNotMatch(header, /alice/);
    assert.ok(await browsers.of(`a=1; ${pairOf(header)}  ; b=2`).isKnown(alice));
  });

  test("is verified once a request, for the login and for the cookie that renews it", async (t) => {
    const browser = browsers.of(await loggedIn("alice"));
    const verify = t.mock.method(crypto.subtle, "verify");
    assert.ok(await browser.isKnown(alice));
    await browser.remember("alice", clock.now());
    assert.equal(verify.mock.callCount(), 1);
  });

  test("is not known for another user", async () => {
    assert.ok(!(await browsers.of(await loggedIn("alice")).isKnown({ ...alice, userId: "bob" })));
  });

  test("is known for both users that logged in with it", async () => {
    const cookie = await loggedIn("bob", await loggedIn("alice"));
    assert.ok(await browsers.of(cookie).isKnown(alice));
    assert.ok(await browsers.of(cookie).isKnown({ ...alice, userId: "bob" }));
  });

  test("is not known at another origin with the same keys", async () => {
    assert.ok(
      !(await create("https://shop.example.com")
        .of(await loggedIn("alice"))
        .isKnown(alice)),
    );
  });

  test("is never known with 0 days, not even by a cookie from a server whose clock is ahead", async () => {
    const here = new VirtualClock(clock.now());
    await clock.advance(30);
    const cookie = await loggedIn("alice");
    clock = here;
    assert.ok(await create().of(cookie).isKnown(alice));
    assert.ok(!(await create(undefined, 0).of(cookie).isKnown(alice)));
  });

  test("is forgotten for one user, and stays known for the other", async () => {
    const cookie = await loggedIn("bob", await loggedIn("alice"));
    const header = await browsers.of(cookie).forget("alice");
    assert.ok(header);
    assert.ok(!(await browsers.of(pairOf(header)).isKnown(alice)));
    assert.ok(await browsers.of(pairOf(header)).isKnown({ ...alice, userId: "bob" }));
    assert.equal(await browsers.of(pairOf(header)).forget("alice"), undefined);
    assert.match((await browsers.of(pairOf(header)).forget("bob")) ?? "", /-known=; Max-Age=0;/);
  });

  test("is not known by a cookie whose name only looks like its own", async () => {
    const cookie = await loggedIn("alice");
    for (const space of ["\u00a0", "\f", "\u2003"])
      assert.ok(!(await browsers.of(`a=1; ${space}${cookie}`).isKnown(alice)));
    assert.ok(await browsers.of(`a=1;\t ${cookie} `).isKnown(alice));
  });

  test("has one cookie on http loopback too, without Secure", async () => {
    browsers = create("http://localhost:3000");
    const header = await browsers.of("").remember("alice", clock.now());
    assert.match(
      header,
      /^onegini-otp-login-known=[\w.-]+; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    assert.ok(await browsers.of(pairOf(header)).isKnown(alice));
  });

  test("is forgotten after its days, counted from the last login", async () => {
    const first = await loggedIn("alice");
    await clock.advance(179 * day);
    const second = await loggedIn("alice", first);
    await clock.advance(day);
    assert.ok(!(await browsers.of(first).isKnown(alice)));
    await clock.advance(179 * day - 1);
    assert.ok(await browsers.of(second).isKnown(alice));
    await clock.advance(1);
    assert.ok(!(await browsers.of(second).isKnown(alice)));
  });

  test("never is with 0 days", async () => {
    assert.ok(
      !(await create(undefined, 0)
        .of(await loggedIn("alice"))
        .isKnown(alice)),
    );
  });

  test("is not known if it logged in at or before the instant that the site names", async () => {
    const at = clock.now();
    const cookie = await loggedIn("alice");
    assert.ok(await browsers.of(cookie).isKnown({ userId: "alice", knownAfterMs: at - 1 }));
    assert.ok(!(await browsers.of(cookie).isKnown({ userId: "alice", knownAfterMs: at })));
  });

  test("is known a minute ahead of this server's clock, and no longer", async () => {
    const here = new VirtualClock(clock.now());
    await clock.advance(60);
    const cookie = await loggedIn("alice");
    const later = await (async () => (await clock.advance(0.001), loggedIn("alice")))();
    clock = here;
    browsers = create();
    assert.ok(await browsers.of(cookie).isKnown(alice));
    assert.ok(!(await browsers.of(later).isKnown(alice)));
  });

  test("keeps the newest eight users", async () => {
    let cookie = "";
    for (const user of ["0", "1", "2", "3", "4", "5", "6", "7", "0", "8"])
      cookie = await loggedIn(user, cookie);
    const known = async (userId: string) => browsers.of(cookie).isKnown({ ...alice, userId });
    assert.ok(!(await known("1")), "the user whose login is the oldest");
    for (const user of ["0", "2", "3", "4", "5", "6", "7", "8"]) assert.ok(await known(user), `user ${user}`);
    assert.ok(cookie.length < 2048);
  });

  test("signs what it is for, so that no other code by the same keys makes a browser known", async () => {
    const [id = "", issuedMs = "", code] = (await loggedIn("alice")).split("=")[1]?.split(".") ?? [];
    const parts = ["known/1", "https://www.example.com", id, "alice", Number(issuedMs)];
    assert.equal(code, await new SigningKeys(() => secrets).sign(parts));
  });

  test("stays known while the keys change", async () => {
    const cookie = await loggedIn("alice");
    secrets = [oldKey, newKey];
    assert.ok(await browsers.of(cookie).isKnown(alice), "a second key is added");
    secrets = [newKey, oldKey];
    assert.ok(await browsers.of(cookie).isKnown(alice), "it signs");
    const renewed = await loggedIn("alice", cookie);
    secrets = [newKey];
    assert.ok(!(await browsers.of(cookie).isKnown(alice)), "the old key has gone");
    assert.ok(await browsers.of(renewed).isKnown(alice), "the new key made this one");
  });

  for (const [what, spoil] of [
    ["cut", (cookie: string) => cookie.slice(0, -1)],
    ["with a space in it", (cookie: string) => cookie.replace(".", ". ")],
    ["longer", (cookie: string) => `${cookie}A`],
    ["with another id", (cookie: string) => cookie.replace(/=[\w-]{22}/, `=${"A".repeat(22)}`)],
    [
      "made younger",
      (cookie: string) => cookie.replace(/\.(\d+)\./, (_, ms: string) => `.${Number(ms) + 1}.`),
    ],
    ["without its code", (cookie: string) => cookie.replace(/\.[\w-]{43}$/, "")],
    ["with another code", (cookie: string) => cookie.replace(/\.[\w-]{43}$/, `.${"A".repeat(43)}`)],
    ["twice in one header", (cookie: string) => `${cookie}; ${cookie}`],
    ["written twice", (cookie: string) => `${cookie}.${cookie.split("=")[1] ?? ""}`],
    ["with nine users", (cookie: string) => cookie + `.1.${"A".repeat(43)}`.repeat(8)],
    ["of more than 2 kB", (cookie: string) => cookie + `.1.${"A".repeat(43)}`.repeat(50)],
    ["under a name that ends alike", (cookie: string) => `x${cookie}`],
    ["empty", () => "__Host-onegini-otp-login-known="],
  ] as const)
    test(`is not known by a cookie that is ${what}, and the next login begins a new one`, async () => {
      const spoiled = spoil(await loggedIn("alice"));
      assert.ok(!(await browsers.of(spoiled).isKnown(alice)));
      assert.ok(await browsers.of(await loggedIn("alice", spoiled)).isKnown(alice));
    });

  test("ends with an empty cookie", () => {
    assert.equal(
      browsers.endHeader(),
      "__Host-onegini-otp-login-known=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax",
    );
  });
});

const pairOf = (setCookie: string): string => setCookie.split(";")[0] ?? "";
