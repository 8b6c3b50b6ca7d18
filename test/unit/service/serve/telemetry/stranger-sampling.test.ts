import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { LoginKitEvent } from "onegini-otp-login/server";
import { StrangerSampling } from "../../../../../src/service/serve/telemetry/stranger-sampling.js";
import { holds } from "../../../../support/until.js";
import { runService } from "../running-service.js";

const perSecond = 20;

/** A random number that is the same in each run, as hexadecimal. */
const randomOf = (seed: unknown): string => createHash("sha256").update(String(seed)).digest("hex");
const attemptOf = (seed: unknown): string =>
  Buffer.from(randomOf(seed).slice(0, 32), "hex").toString("base64url");

/** A process, whose clock the test sets. */
function service(name = "one") {
  let now = 0;
  let drawn = 0;
  const random = () => parseInt(randomOf(`${name} ${drawn++}`).slice(0, 12), 16) / 16 ** 12;
  const sampling = new StrangerSampling(perSecond, () => now, random);
  return {
    wait: (ms: number) => (now += ms),
    standsFor: (event: Partial<LoginKitEvent>) =>
      sampling.standsFor({ durationMs: 1, ...event } as LoginKitEvent),
  };
}

const started = (attempt: string) => ({ type: "attempt_started", level: "info", attempt }) as const;
const refused = { type: "request_refused", level: "info", error: "forbidden_origin", status: 403 } as const;
const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);

/** A flood of 1,000 events a second. */
function flood(
  at: ReturnType<typeof service>,
  seconds: number,
  event: (index: number) => Partial<LoginKitEvent>,
) {
  return Array.from({ length: seconds * 1_000 }, (_, index) => {
    at.wait(1);
    return at.standsFor(event(index));
  });
}

describe("The lines of strangers", () => {
  test("are all written while no more come than the setting says", () => {
    const one = service();
    for (let index = 0; index < 600; index++) {
      one.wait(1_000 / perSecond);
      assert.equal(one.standsFor(index % 2 === 0 ? refused : started(attemptOf(index))), 1);
    }
  });

  for (const [name, event] of [
    ["starts", (index: number) => started(attemptOf(index))],
    ["refused calls", () => refused],
  ] as const)
    test(`are a share in a flood of ${name}, and say how many they stand for`, () => {
      const lines = flood(service(), 120, event);
      const later = lines.slice(60_000).filter((standsFor) => standsFor > 0);
      holds(later.length <= perSecond * 60, `${later.length} lines in a minute`);
      const first = lines.slice(0, 1_000).filter((standsFor) => standsFor > 0);
      holds(first.length <= perSecond * 7, `${first.length} lines in the first second`);
      const counted = sum(lines);
      holds(counted > 100_000 && counted < 140_000, `${counted} of 120000`);
    });

  test("of an attempt are all written or none while the share is the same, on every process", () => {
    const [one, other] = [service("one"), service("other")];
    for (const each of [one, other]) flood(each, 30, (index) => started(attemptOf(`before ${index}`)));
    for (const each of [one, other]) each.wait(1_000);
    // So few lines in a second that the share does not change.
    const chosen: string[] = [];
    for (let index = 0; chosen.length < 5; index++)
      if (one.standsFor(started(attemptOf(index))) > 0) chosen.push(attemptOf(index));
    for (const attempt of chosen)
      for (const type of ["code_renewed", "attempt_expired"] as const) {
        holds(one.standsFor({ type, level: "info", attempt }) > 0, type);
        holds(other.standsFor({ type, level: "info", attempt }) > 0, `${type} at the other process`);
      }
  });

  test("that may be any number of one attempt are a share each", () => {
    const one = service();
    const attempt = attemptOf("in every sample").replace(/^.{6}/, "AAAAAA");
    const lines = flood(one, 60, () => ({ ...refused, attempt }));
    const later = lines.slice(30_000).filter((standsFor) => standsFor > 0);
    holds(later.length <= perSecond * 30, `${later.length} lines in half a minute`);
  });

  test("are all written again after the flood", () => {
    const one = service();
    flood(one, 60, () => refused);
    one.wait(90_000);
    assert.equal(one.standsFor(refused), 1);
  });

  test("leave out no warning, no error and nothing from an acceptance on", () => {
    const one = service();
    flood(one, 10, () => refused);
    const never = [
      { type: "attempt_approved" },
      { type: "attempt_denied" },
      { type: "code_scanned" },
      { type: "number_asked" },
      { type: "wrong_number" },
      { type: "ticket_issued" },
      { type: "ticket_redeemed" },
      { type: "logged_in" },
      { type: "callback_missing" },
    ] as const;
    for (let index = 0; index < 100; index++) {
      one.wait(1);
      const attempt = attemptOf(index);
      for (const event of never)
        assert.equal(one.standsFor({ ...event, level: "info", attempt }), 1, event.type);
      assert.equal(one.standsFor({ ...refused, level: "warn" }), 1);
      assert.equal(one.standsFor({ type: "attempt_expired", level: "warn", attempt }), 1);
      assert.equal(one.standsFor({ type: "token_server_trouble", level: "error", attempt }), 1);
    }
  });
});

describe("A service whose log-strangers is 5", () => {
  test("writes a share of a flood, counts all of it, and logs a login in it from the acceptance on", async (t) => {
    const service = await runService(t, { args: ["--log-strangers", "5"] });
    const flooding = Array.from({ length: 400 }, () =>
      fetch(`${service.publicAddress}/otp-login`, {
        method: "POST",
        headers: { origin: "https://other.example" },
      }),
    );
    await Promise.all(flooding);
    const unknown = Array.from({ length: 400 }, () =>
      service.call("GET", "/metrics", { headers: { authorization: "Bearer wrong" } }),
    );
    await Promise.all(unknown);
    const browser = service.browser();
    const { ticket, attempt } = await service.ticket(browser);
    await service.call("POST", "/redeem", { body: { ticket, cookie: browser.cookie } });
    const lines = service.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const event of ["request_refused", "internal_call_refused"]) {
      const written = lines.filter((line) => line["event"] === event);
      holds(written.length >= 1 && written.length < 100, `${event}: ${written.length} lines`);
      assert.equal(written[0]?.["level"], "warn");
    }
    holds(
      lines.some(({ standsFor }) => Number(standsFor) > 1),
      "a line that stands for more than one",
    );
    const text = await (await service.call("GET", "/metrics")).text();
    assert.match(text, /^onegini_otp_login_refused_total\{error="forbidden_origin"\} 400$/m);
    assert.match(text, /^onegini_otp_login_refused_total\{error="invalid_client"\} 400$/m);
    const ofLogin = lines.filter((line) => line["attempt"] === attempt).map((line) => line["event"]);
    for (const event of ["attempt_approved", "ticket_issued", "ticket_redeemed"])
      holds(ofLogin.includes(event), `${event} in ${ofLogin.join()}`);
  });
});
