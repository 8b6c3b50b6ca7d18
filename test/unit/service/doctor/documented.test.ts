import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { doctor } from "../../../../src/service/doctor/doctor-command.js";
import { doctorHelp, readDoctorOptions } from "../../../../src/service/doctor/doctor-options.js";
import { titles } from "../../../../src/service/doctor/lines.js";
import { serveCodePage, terminalCode } from "../../../../src/service/doctor/qr-code.js";
import { waitForScan } from "../../../../src/service/doctor/tenant/scan.js";
import type { Reply, TokenServerCalls } from "../../../../src/service/doctor/tenant/token-server-calls.js";
import type { ResultOutcome } from "../../../../src/server/token-server/token-server-client.js";
import { emptyPicture, writePng } from "../../../support/png.js";
import { readCodes } from "../../../support/qr.js";

const page = readFileSync(new URL("../../../../docs/doctor.md", import.meta.url), "utf8");

describe("doctor's page", () => {
  it("has a row for each check, with its id and title, and for nothing else", () => {
    const rows = [...page.matchAll(/^\| `([a-z][a-z-]*)` +\| (.*?) +\|/gm)].map(([, id, title]) => [
      id,
      title,
    ]);
    assert.deepEqual(rows, Object.entries(titles));
  });

  it("names each flag of --help, whose lines have at most 120 characters", () => {
    for (const [, flag = ""] of doctorHelp.matchAll(/^ {2}(--[a-z-]+)/gm))
      assert.ok(page.includes(`\`${flag}`), flag);
    for (const line of doctorHelp.split("\n")) assert.ok(line.length <= 120, line);
    assert.match(doctorHelp, /^Examples:\n {2}npx onegini-otp-login doctor /m);
  });
});

describe("doctor's command line", () => {
  const tenant = ["--token-server-url=https://ts.example", "--client-id=a", "--client-secret=b", "--type=c"];
  const problems = (...args: string[]): string[] => {
    const options = readDoctorOptions(args, {});
    return options.kind === "wrong" ? options.problems : assert.fail(options.kind);
  };

  it("needs the Token Server and its client, and origin or callback-uri, and nothing else of serve's settings", () => {
    assert.match(
      problems("--origin", "https://www.example.com").join(),
      /^--token-server-url is missing, the kit's tokenServer\.url\. Give an address/,
    );
    assert.match(problems(...tenant).join(), /^--origin is missing\. Give --origin or --callback-uri/);
    for (const more of ["--origin=https://www.example.com", "--callback-uri=https://www.example.com/cb"])
      assert.equal(readDoctorOptions([...tenant, more, "--internal-host=0.0.0.0"], {}).kind, "options");
    const options = readDoctorOptions([...tenant, "--origin=https://www.example.com"], {});
    assert.ok(options.kind === "options" && options.subject.kind === "tenant");
    assert.equal(options.subject.callbackUri, "https://www.example.com/otp-login/callback");
    const origins = ["--origin=https://www.example.com", "--api-origin=https://login.example.com"];
    const apart = readDoctorOptions([...tenant, ...origins], {});
    assert.ok(apart.kind === "options" && apart.subject.kind === "tenant");
    assert.equal(apart.subject.callbackUri, "https://login.example.com/otp-login/callback");
  });

  it("needs no other setting with --site, which is the address of a page", () => {
    assert.equal(readDoctorOptions(["--site", "https://www.example.com/login"], {}).kind, "options");
    for (const address of ["www.example.com", "http://www.example.com", "https://a:b@www.example.com"])
      assert.match(problems("--site", address).join(), /^--site must be the address of the login page/);
  });

  it("takes --header several times, with --site, and repeats none in a problem", () => {
    const site = ["--site", "https://www.example.com/login"];
    const options = readDoctorOptions(
      [...site, "--header=Authorization: Basic YTpi", "--header", "X-A:b: c"],
      {},
    );
    assert.ok(options.kind === "options" && options.subject.kind === "site");
    assert.deepEqual(options.subject.site?.headers, [
      ["Authorization", "Basic YTpi"],
      ["X-A", "b: c"],
    ]);
    for (const [problem, ...args] of [
      [/^--header must be a header as "Name: value"/, ...site, "--header", "Bearer hidden"],
      [/^--header must be a header as/, ...site, "--header", "hid den: hidden"],
      [/^--header must be a header as/, ...site, "--header", "X-A: hidden\nX-B: hidden"],
      [/^--header must not be Origin/, ...site, "--header", "Origin: hidden"],
      [/^Unexpected argument: a value with spaces needs quotes/, ...site, "--header", "X:", "hidden"],
      [/^--header needs --site/, ...tenant, "--origin=https://a.example", "--header", "X-A: hidden"],
    ] as [RegExp, ...string[]][]) {
      assert.match(problems(...args).join(), problem);
      assert.doesNotMatch(problems(...args).join(), /hidden/);
    }
  });

  it("ends with 2 and says what is wrong, and a secret is not said", async () => {
    for (const [problem, ...args] of [
      [/^Unknown flag --prot\./, "--prot"],
      [
        /^--report: the file cannot be written \(ENOENT\)/,
        "--site=https://a.example",
        "--report=/no/such/folder/a",
      ],
      [
        /^callback-username and callback-password must be/,
        ...tenant,
        "--origin=https://a.example",
        "--callback-password=hidden",
      ],
    ] as [RegExp, ...string[]][]) {
      let [stdout, stderr] = ["", ""];
      const exit = await doctor(
        args,
        {},
        {
          stdout: (text) => void (stdout += text),
          stderr: (text) => void (stderr += text),
          version: "1",
          stop: new AbortController().signal,
        },
      );
      assert.deepEqual([exit, stdout], [2, ""]);
      assert.match(stderr, problem);
      assert.doesNotMatch(stderr, /hidden/);
    }
  });
});

const otp = Buffer.from(
  JSON.stringify({ transaction_id: crypto.randomUUID(), otp: "x".repeat(24) }),
).toString("base64");

describe("doctor's code", () => {
  it("can be read from the terminal", async () => {
    const scale = 4;
    const rows = terminalCode(otp)
      .split("\n")
      .map((line) => [...line.replace(/\u001b\[[\d;]*m/g, "")]);
    const picture = emptyPicture(rows[0]!.length * scale, rows.length * 2 * scale);
    for (let y = 0; y < picture.height; y++)
      for (let x = 0; x < picture.width; x++) {
        const character = rows[Math.floor(y / scale / 2)]![Math.floor(x / scale)]!;
        const isUpper = Math.floor(y / scale) % 2 === 0;
        const isDark = character === "█" || character === (isUpper ? "▀" : "▄");
        picture.data.fill(isDark ? 0 : 255, (y * picture.width + x) * 4, (y * picture.width + x) * 4 + 3);
        picture.data[(y * picture.width + x) * 4 + 3] = 255;
      }
    assert.deepEqual(await readCodes(await writePng(picture)), [otp]);
  });

  it("is on a page of this machine, at an address that cannot be guessed, and not as text", async (t) => {
    const served = await serveCodePage(otp);
    t.after(() => served?.close());
    const { address, origin } = {
      address: served?.address ?? "",
      origin: new URL(served?.address ?? "").origin,
    };
    const answer = await fetch(address);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const text = await answer.text();
    assert.match(text, /<svg /);
    assert.ok(!text.includes(otp));
    assert.equal((await fetch(origin)).status, 404);
  });
});

describe("doctor's wait for a scan", () => {
  const waiting: Reply<ResultOutcome> = { outcome: { kind: "waiting" }, answer: undefined };
  const wait = async (reply: Reply<ResultOutcome>) => {
    let [now, asked] = [0, 0];
    const calls = {
      result: () => {
        asked++;
        now += 10_000;
        return Promise.resolve(reply);
      },
    } as unknown as TokenServerCalls;
    const times = { pollMs: 1, callbackMs: 1, lateMs: 1, now: () => now };
    const code = { id: "a", otp: "b", ttlMs: 60_000 };
    const scan = await waitForScan(code, calls, { error: "EADDRINUSE" }, times, new AbortController().signal);
    return { scan, asked };
  };

  it("ends with the code's life, and asks once more then", async () => {
    const { scan, asked } = await wait(waiting);
    assert.deepEqual([scan.result.kind, scan.trouble, asked], ["nobody", undefined, 7]);
  });

  it("keeps what the Token Server said in place of a result", async () => {
    const { scan } = await wait({
      outcome: { kind: "unanswered", trouble: { reason: "answered 503" } },
      answer: {
        status: 503,
        headers: {},
        error: { code: "1002", description: undefined },
        text: "",
        json: {},
      },
    });
    assert.deepEqual([scan.result.kind, scan.trouble], ["nobody", "503, 1002"]);
  });
});
