import type { SiteKitOptions } from "../support/site.js";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findLeaks, formsOf, neverSeen } from "../../../support/secrets.js";
import { until, holds } from "../../../support/until.js";
import {
  allLogins,
  answerOnPhone,
  assertKept,
  carried,
  carriedSecrets,
  handedOverLogin,
  handingOver,
  isInMemory,
  isOfTicket,
  listenToConsole,
  quick,
  reaches,
  tokenServerDown,
} from "../support/marked-logins.js";
import { mark, markedSite, type MarkedSite } from "../support/marked-site.js";

describe("whole logins with marked secrets", () => {
  test("put no secret into the log, another browser's answers or an address", async (t) => {
    const written = listenToConsole(t);
    const world = await markedSite(t, { options: () => quick });

    await allLogins(world);
    await tokenServerDown(world);

    assertKept(world.outflows(), [...world.secrets(), ...carriedSecrets].filter(isInMemory));
    assert.deepEqual(written, [], "With a hook nothing is written to the console.");
  });

  test("put no secret into the console without onEvent, with the client's secret in the form", async (t) => {
    const written = listenToConsole(t);
    const world = await markedSite(t, {
      hook: false,
      clientAuthentication: "body",
      options: () => quick,
    });

    await allLogins(world);
    await tokenServerDown(world);

    const outflows = [...world.outflows(), ...written];
    assertKept(outflows, [...world.secrets(), ...carriedSecrets].filter(isInMemory));
    for (const word of [
      "sign_in_failed",
      "token_server_trouble",
      "token_server_down",
      "transaction_failed",
    ]) {
      holds(
        written.some(({ text }) => text.includes(word)),
        word,
      );
    }
  });
});

describe("a login that the site takes over, with marked secrets", () => {
  for (const hook of [true, false]) {
    test(`puts no ticket into ${hook ? "an event" : "the console"} or another browser's answers`, async (t) => {
      const written = listenToConsole(t);
      const world = await markedSite(t, { hook, options: () => handingOver });

      await handedOverLogin(world);

      const outflows = [...world.outflows(), ...written];
      assertKept(outflows, world.secrets().filter(isOfTicket).filter(isInMemory));
      assert.deepEqual(findLeaks(outflows, [...world.secrets(), ...carriedSecrets]), []);
      const said = hook ? world.outflows() : written;
      holds(
        said.some(({ where, text }) => (where + text).includes("ticket_refused")),
        "No refusal was told.",
      );
    });
  }
});

describe("the search for secrets", () => {
  const secret = mark("a secret");
  for (const [form, written] of formsOf(secret)) {
    test(`finds a secret ${form}`, () => {
      const outflows = [{ where: "event x", text: `before ${written} after` }];
      const leaks = findLeaks(outflows, [{ name: "it", value: secret, belongs: /^elsewhere$/ }]);
      holds(leaks.length > 0, written);
      assert.deepEqual(findLeaks(outflows, [{ name: "it", value: secret, belongs: /^event x$/ }]), []);
    });
  }

  test("finds a secret in the middle of a longer base64 text", () => {
    for (const before of ["", "a", "ab", "abc:"]) {
      const text = Buffer.from(`${before}${secret}; more`).toString("base64");
      holds(
        findLeaks([{ where: "x", text }], [{ name: "it", value: secret, belongs: undefined }]).length > 0,
      );
    }
  });

  test("reports a secret that it did not find in its own place", () => {
    const secrets = [{ name: "it", value: secret, belongs: /^x$/ }];
    assert.deepEqual(neverSeen([{ where: "y", text: secret }], secrets), ["it"]);
  });
});

/** The site's own functions leak on purpose. The search must find each kind of leak. */
describe("a planted leak is found", () => {
  type Options = SiteKitOptions;
  const cookieOf = (request: Request): string =>
    /=([\w-]{43})/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "";
  const failing = (message: (request: Request) => string): Options => ({
    signIn: ({ request }) => {
      throw new Error("outer", { cause: new Error(message(request)) });
    },
  });
  let lastOtp = (): string => "";

  const planted: [what: string, leak: RegExp, options: (marks: MarkedSite["marks"]) => Options][] = [
    ["an OTP in an event", /^OTP of alice, as it is: event sign_in_failed$/, () => failing(() => lastOtp())],
    ["a cookie in an event", /^cookie of alice, as it is: event sign_in_failed$/, () => failing(cookieOf)],
    [
      "a client's secret in an event",
      /^client secret, in hex: event sign_in_failed$/,
      ({ clientSecret }) => failing(() => Buffer.from(clientSecret).toString("hex")),
    ],
    [
      "a callback's password in an event",
      /^callback password, percent-encoded: event sign_in_failed$/,
      ({ callbackPassword }) => failing(() => encodeURIComponent(callbackPassword)),
    ],
    [
      "a page's Authorization in an event",
      /^Authorization of the page, as it is: event internal_error$/,
      () => ({
        message: ({ request }) => {
          const authorization = request.headers.get("authorization");
          if (authorization) throw new Error(authorization);
          return "Log in";
        },
      }),
    ],
    [
      "an OTP in the body of the login answer",
      /^OTP of alice, in JSON: answer to alice: login, body$/,
      () => ({ signIn: () => Response.json({ otp: lastOtp() }) }),
    ],
    [
      "a cookie in the body of the login answer, in base64",
      /^cookie of alice, in base64 at 0: answer to alice: login, body$/,
      () => ({ signIn: ({ request }) => Response.json({ cookie: btoa(cookieOf(request)) }) }),
    ],
    [
      "a session in a header where it does not belong",
      /^session, as it is: answer to alice: login, header location$/,
      ({ session }) => ({ signIn: () => Response.json({}, { headers: { location: `/?s=${session}` } }) }),
    ],
    [
      "a cookie that is sent to the Token Server",
      /^cookie of alice, as it is: to the Token Server: start, body$/,
      () => ({ message: ({ request }) => cookieOf(request) || "first" }),
    ],
    [
      "a callback's password that is sent to the Token Server",
      /^callback password, form-encoded: to the Token Server: start, body$/,
      ({ callbackPassword }) => ({ message: callbackPassword }),
    ],
  ];
  for (const [what, leak, options] of planted) {
    test(what, async (t) => {
      const world = await markedSite(t, { options: (marks) => ({ ...quick, ...options(marks) }) });
      lastOtp = () => world.otps().at(-1) ?? "";
      const alice = world.browser("alice");
      await alice.post("", { headers: { authorization: carried.bearer } });
      const { attempt, otp } = await alice.start();
      await answerOnPhone(world, "alice", otp, true);
      await reaches(alice, attempt, "approved");
      await alice.logIn(attempt);

      const leaks = findLeaks(world.outflows(), [...world.secrets(), ...carriedSecrets]);
      holds(
        leaks.some((found) => leak.test(found)),
        `${leak} is not among\n${leaks.join("\n")}`,
      );
    });
  }

  test("a ticket in an event", async (t) => {
    let lastTicket = "";
    const message = (): string => {
      if (lastTicket) throw new Error(lastTicket);
      return "Log in";
    };
    const world = await markedSite(t, { options: () => ({ ...handingOver, message }) });
    const alice = world.browser("alice");
    const { attempt, otp } = await alice.start();
    await answerOnPhone(world, "alice", otp, true);
    await reaches(alice, attempt, "approved");
    lastTicket = ((await (await alice.logIn(attempt)).json()) as { ticket: string }).ticket;
    await alice.post("");
    const leaks = findLeaks(world.outflows(), world.secrets());
    holds(leaks.includes("ticket of alice, as it is: event internal_error"), leaks.join("\n"));
  });

  test("a secret on the console", async (t) => {
    const written = listenToConsole(t);
    const world = await markedSite(t, {
      hook: false,
      options: ({ clientSecret }) => ({
        message: () => {
          throw new Error(clientSecret);
        },
      }),
    });
    await world.browser("alice").post("");
    await until(() => written.length > 0, "the line");
    const leaks = findLeaks(written, world.secrets());
    holds(leaks.includes("client secret, in JSON: console"), leaks.join("\n"));
  });
});
