import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { parseResult } from "../../../../../src/server/token-server/token-server-answers.js";
import { Browser } from "../../../server/support/browser.js";
import { site } from "../../../server/support/site.js";
import { listen } from "../../../../support/listen.js";
import { assertFailed, checksThat, foundIn } from "../run-doctor.js";
import { callbackPassword, clientSecret, examine } from "../tenant.js";
import { pluck } from "../../../server/support/events.js";

const all = [
  ...["name", "port", "tls-version", "tls-chain", "tls-date", "tls-name", "token-server", "client", "scope"],
  ...["feature", "type-name", "type-method", "message", "callback-allowed", "code", "lifetime", "result"],
  ...["callback-reachable", "scan", "callback", "callback-auth"],
];
const ofTls = all.filter((check) => check.startsWith("tls-"));
const ofScan = ["scan", "callback", "callback-auth"];

describe("doctor, of a tenant that is right", () => {
  it("says so in each line, up to the phone and its callback", async (t) => {
    const run = await examine(t, {});
    assertFailed(run, []);
    assert.deepEqual(checksThat(run, "unknown"), ofTls);
    const { checks, ...found } = foundIn(run);
    assert.deepEqual(pluck(checks, "check"), all);
    assert.deepEqual([found.kind, found.ok, found.version], ["tenant", true, "1.2.3"]);
    assert.match(run.stdout, /accepted by the user “alice”, \d+\.\d s after the code was shown/);
    assert.match(run.stdout, /"came \d+\.\d s after the code was shown/);
    assert.match(run.report, /accepted by a user, /);
    assert.doesNotMatch(run.report, /alice/, "A report names no user.");
    assert.match(run.report, /^Transaction: [\da-f-]{36}$/m);
  });

  it("takes a decline, and Basic authentication that agrees, for right", async (t) => {
    const run = await examine(t, {
      phone: "deny",
      settings: { "callback-username": "ts", "callback-password": callbackPassword },
      tokenServer: (url) => ({ callbacks: [{ url, username: "ts", password: callbackPassword }] }),
    });
    assertFailed(run, []);
    assert.deepEqual(checksThat(run, "unknown"), ofTls);
    assert.match(run.stdout, /declined on the phone/);
    assert.match(run.stdout, /the same on both sides/);
  });

  for (const backend of ["service", "kit"] as const)
    it(`prints the number that the phone must show, if the ${backend} asks for one`, async (t) => {
      const messages: string[] = [];
      const run = await examine(t, {
        backend,
        flags: [],
        settings: { message: "Log in to Example: {number}", pairing: "always", "pairing-digits": "6" },
        front: async (request, pass) => {
          if (request.method === "POST")
            messages.push(new URLSearchParams(await request.clone().text()).get("message") ?? "");
          return pass(request);
        },
      });
      assert.equal(run.exit, 0, run.stdout);
      const number = /^Log in to Example: (\d{6})$/.exec(messages[0] ?? "")?.[1] ?? assert.fail(messages[0]);
      assert.ok(run.stdout.includes(`The phone must show the number ${number}, before and after Accept.`));
      assert.match(run.stdout, /Message: accepted: 25 of 155 characters/);
    });

  it("takes two secrets and two passwords of which one fits, as the service does", async (t) => {
    const run = await examine(t, {
      settings: {
        "client-secret": `new-${clientSecret}\n${clientSecret}`,
        "callback-username": "ts",
        "callback-password": `new-${callbackPassword}\n${callbackPassword}`,
      },
      tokenServer: (url) => ({ callbacks: [{ url, username: "ts", password: callbackPassword }] }),
    });
    assertFailed(run, []);
    assert.match(run.stdout, /the same on both sides/);
  });

  it("starts a code with the form fields of the kit's start", async (t) => {
    const { emulator, ...where } = await site(t);
    await new Browser(where).start({ headers: { "user-agent": "Mozilla/5.0" }, body: { language: "en" } });
    const forms: URLSearchParams[] = [];
    await examine(t, {
      flags: ["--json", "--no-scan"],
      front: async (request, pass) => {
        if (request.method === "POST") forms.push(new URLSearchParams(await request.clone().text()));
        return pass(request);
      },
    });
    const namesIn = (form?: URLSearchParams) => [...(form?.keys() ?? [])];
    assert.deepEqual(namesIn(forms[0]), namesIn(emulator.starts[0]));
  });

  it("reads the other shapes of the vendor's answers", async (t) => {
    for (const faults of [{ errorShape: "error_code" }, { unanswered: "not_authenticated" }] as const)
      assertFailed(await examine(t, { faults, settings: { "client-authentication": "body" } }), []);
  });

  it("knows it by its codes where a gateway answers for itself what comes without a client", async (t) => {
    const run = await examine(t, {
      front: async (request, pass) =>
        request.headers.has("authorization") ? pass(request) : new Response("<h1>No</h1>", { status: 403 }),
    });
    assertFailed(run, []);
  });

  it("says of each result what the kit makes of it, and takes none that the kit does not take", async (t) => {
    const reason = { reason: "not_accepted" };
    const results: Record<string, object> = {
      "no user, declined": { is_authenticated: false, user_id: null, not_authenticated_reason: reason },
      "a user, declined": { is_authenticated: false, user_id: "alice", not_authenticated_reason: reason },
      "declined, in the wrong form": {
        is_authenticated: false,
        user_id: null,
        not_authenticated_reason: "not_accepted",
      },
      "declined, described as null": {
        is_authenticated: false,
        not_authenticated_reason: { ...reason, description: null },
      },
      failed: { is_authenticated: false, not_authenticated_reason: { reason: "invalid_answer" } },
      "half of a character": { is_authenticated: true, user_id: "\ud800" },
      "a number as the user": { is_authenticated: true, user_id: 42 },
      "no user": { is_authenticated: true, user_id: null },
      "an empty user": { is_authenticated: true, user_id: "" },
      "is_authenticated as a string": { is_authenticated: "true", user_id: "alice" },
      "another transaction": { transaction_id: "another", is_authenticated: true, user_id: "alice" },
      "a space as the user": { is_authenticated: true, user_id: " " },
    };
    const words = {
      approved: /^accepted by the user/,
      denied: /^declined/,
      closed: /closed it: invalid_answer/,
      wrong: /^the kit does not accept/,
    };
    for (const [title, changes] of Object.entries(results)) {
      let answered: object = {};
      const run = await examine(t, {
        faults: {
          result: async (usual) => {
            if (usual.status !== 200) return usual;
            answered = { ...((await usual.json()) as object), ...changes };
            return Response.json(answered);
          },
        },
      });
      const { transaction_id: id } = answered as { transaction_id: string };
      const byKit = parseResult(answered, id === "another" ? "one" : id);
      const kind = byKit.kind === "wrong" ? byKit.kind : byKit.answer.kind;
      const { says = "" } = foundIn(run).checks.find(({ check }) => check === "scan") ?? {};
      assert.match(says, words[kind as keyof typeof words], title);
    }
  });

  it("says that nobody scanned, without a fault", async (t) => {
    const run = await examine(t, { phone: "nothing" });
    assertFailed(run, []);
    assert.deepEqual(checksThat(run, "unknown"), [...ofTls, ...ofScan]);
  });

  it("leaves the phone out with --no-scan", async (t) => {
    const run = await examine(t, { flags: ["--json", "--no-scan"] });
    assertFailed(run, []);
    assert.deepEqual(checksThat(run, "unknown"), [...ofTls, ...ofScan]);
    assert.equal(run.stderr, "");
    assert.match(foundIn(run).next.join(), /Run doctor again and scan/);
  });

  it("neither tries nor waits for a callback where result-polling is set", async (t) => {
    let posted = 0;
    const at = await listen(
      t,
      createServer().on("connection", () => posted++),
    );
    for (const flags of [["--json"], ["--json", "--no-scan"]]) {
      const run = await examine(t, {
        flags,
        settings: {
          "result-polling": "2",
          "callback-uri": `${at}/otp-login/callback`,
          "callback-username": "ts",
          "callback-password": callbackPassword,
        },
        faults: { callbacks: { lose: true } },
        // A wait for the callback would not end.
        edge: { times: { callbackMs: 1e9 } },
      });
      assertFailed(run, []);
      const says = Object.fromEntries(foundIn(run).checks.map((line) => [line.check, line.says]));
      assert.equal(says["callback-reachable"], "not needed: result-polling is set");
      assert.equal(says["callback"], "not used: result-polling is set");
      assert.equal(says["callback-auth"], "no callback is used");
      assert.equal(checksThat(run, "ok").includes("scan"), flags.length === 1);
      assert.equal(posted, 0);
    }
  });

  it("learns of the answer by asking where a service listens in its place", async (t) => {
    const service = createServer((_request, response) => response.writeHead(204).end()).listen(
      0,
      "127.0.0.1",
    );
    await once(service, "listening");
    t.after(() => service.close());
    const { port } = service.address() as AddressInfo;
    const run = await examine(t, {
      settings: { port: String(port), "callback-uri": `http://127.0.0.1:${port}/otp-login/callback` },
    });
    assertFailed(run, []);
    assert.deepEqual(checksThat(run, "unknown"), [...ofTls, "callback", "callback-auth"]);
    assert.match(run.stdout, /doctor could not listen \(EADDRINUSE\)/);
  });

  it("could not tell whether a phone shows a character of the message", async (t) => {
    const run = await examine(t, { settings: { message: "Log in \u202e" }, flags: ["--json", "--no-scan"] });
    assertFailed(run, []);
    assert.ok(checksThat(run, "unknown").includes("message"));
    assert.match(run.stdout, /it has the character U\+202E/);
  });
});

describe("doctor's text", () => {
  it("has a line with a mark for each check, joins the lines that could not tell, and ends with what to do next", async (t) => {
    const run = await examine(t, { flags: ["--no-scan"], settings: { type: "qr-cod" } });
    assert.equal(run.exit, 1);
    assert.match(run.stdout, /^ {2}✓ Port: \d+ is open$/m);
    assert.match(
      run.stdout,
      /^ {2}\? http on this machine, without TLS:\n {6}TLS version; .*; TLS certificate's name$/m,
    );
    assert.match(
      run.stdout,
      /^ {2}✗ Mobile authentication type → Name: there is no type “qr-cod”.*\n {6}→ /m,
    );
    assert.match(
      run.stdout,
      /\nWhat to do next\n {2}1\. Mobile authentication type → Name: .*\n {2}2\. Then run/,
    );
  });

  it("has the system's words as they are, whatever the secret is", async (t) => {
    const front = () => new Promise<Response>(() => undefined);
    for (const secret of ["reset", "refused", "ECONNREFUSED"]) {
      const run = await examine(t, {
        flags: ["--json"],
        settings: { "token-server-url": "http://127.0.0.1:1", "client-secret": secret },
        front,
      });
      assert.match(run.stdout, /\(ECONNREFUSED\)/);
      assert.match(run.report, /\(ECONNREFUSED\)/);
    }
  });

  /** What a hostile server may say: other lines, escape sequences, directions, secrets in pieces, and much of it. */
  const hostile = (text: string) =>
    `no${text}\n  ✓ Port: forged is open\r\n\u001b[2J\u009b1A\u007f\u2028\u202e\ud800${text}`;

  it("has no control character, no line and no direction of a server's, in lines, JSON and report", async (t) => {
    for (const flags of [["--json"], []]) {
      const run = await examine(t, {
        flags: [...flags, "--no-scan"],
        front: async () =>
          Response.json(
            { error: hostile("1"), error_description: hostile("x".repeat(500)) },
            { status: 401 },
          ),
      });
      for (const text of [run.stdout, run.report]) {
        assert.doesNotMatch(text.replace(/\n/g, ""), /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]|\\u00|\\[nr]/u);
        assert.doesNotMatch(text, /^ *✓ Port: forged/m);
      }
    }
    const run = await examine(t, {
      flags: ["--json"],
      front: async () => Response.json({ error: hostile("1") }, { status: 400 }),
    });
    for (const { says } of foundIn(run).checks) assert.ok([...says].length <= 300, says);
  });

  it("removes a secret before a long text is cut", async (t) => {
    for (let before = 150; before < 330; before += 5) {
      const run = await examine(t, {
        flags: ["--json", "--no-scan"],
        front: async () =>
          Response.json(
            {
              error: "invalid_client",
              error_description: `${"x ".repeat(before / 2)}${clientSecret} ${"y ".repeat(150)}`,
            },
            { status: 401 },
          ),
      });
      // Doctor's own words begin like the secret.
      for (const piece of ["secret/", "/of+", "of+the", "+the=", "=tenant"])
        for (const text of [run.stdout, run.report]) assert.ok(!text.includes(piece), `${before}: ${text}`);
    }
  });

  it("has a user id that a hostile Token Server made up as one line, and the report has none", async (t) => {
    const run = await examine(t, {
      flags: [],
      faults: {
        result: async (usual) => {
          const body = (await usual.json()) as object;
          return Response.json(
            { ...body, ...("user_id" in body && { user_id: `mallory”\n  ✓ x${" m".repeat(200)}` }) },
            usual,
          );
        },
      },
    });
    assert.match(run.stdout, /^ {2}✓ Scan: accepted by the user “mallory” .* m.*….*m”, \d+\.\d s after/m);
    assert.doesNotMatch(run.report, /mallory|m m m/);
  });

  it("has no secret that the Token Server repeats in its errors", async (t) => {
    for (const flags of [["--json"], ["--no-scan"]]) {
      const basic = Buffer.from(
        `site:${new URLSearchParams({ "": clientSecret }).toString().slice(1)}`,
      ).toString("base64");
      const run = await examine(t, {
        flags,
        front: async (request) =>
          Response.json(
            {
              error: "invalid_client",
              error_description: `No: ${clientSecret}, ${encodeURIComponent(clientSecret)}, ${basic}, ${String(request.headers.get("authorization"))}`,
            },
            { status: 401 },
          ),
      });
      assert.equal(run.exit, 1);
      assert.match(run.stdout, /\[secret\]/);
      assert.ok(!(run.stdout + run.report).includes(basic.slice(0, 20)));
    }
  });
});
