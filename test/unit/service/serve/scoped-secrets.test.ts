import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { holds } from "../../../support/until.js";
import { internalSecret, runService, type RunningService } from "./running-service.js";

/** Each caller of the internal port has a secret that opens its own calls. */

const operatorSecret = "operator-secret-of-the-test-0123456789";
const metricsSecret = "metrics-secret-of-the-test-01234567890";
const scoped = [
  "--operator-secret",
  `${operatorSecret},next-${operatorSecret}`,
  "--metrics-secret",
  metricsSecret,
];
const message = ["--message", "Log in"];

const ending: (() => unknown)[] = [];
const whole = { after: (task: unknown) => void ending.push(task as () => unknown) };

/** The calls, with a body that each of them takes. */
const calls = {
  "POST /redeem": { ticket: "x", cookie: "" },
  "POST /begin": { headers: {} },
  "POST /scanned": { transaction_id: "x" },
  "GET /forget": undefined,
  "POST /forget-browsers": { user_id: "alice" },
  "POST /forget-browsers all": { all: true },
  "PUT /pause": undefined,
  "GET /pause": undefined,
  "DELETE /pause": undefined,
  "GET /metrics": undefined,
  "GET /nothing": undefined,
} as const;

type Call = keyof typeof calls;

const all = Object.keys(calls) as Call[];

const send = (service: RunningService, call: Call, secret: string): Promise<Response> => {
  const [method = "", path = ""] = call.split(" ");
  return service.call(method, path, { body: calls[call], headers: { authorization: `Bearer ${secret}` } });
};

/** The calls that a secret opens: those whose answer is neither 401 nor 403. */
async function openedBy(service: RunningService, secret: string): Promise<Call[]> {
  const opened: Call[] = [];
  for (const call of all) {
    const { status } = await send(service, call, secret);
    if (status !== 401 && status !== 403) opened.push(call);
  }
  return opened;
}

const ofOperators: readonly Call[] = ["POST /forget-browsers all", "PUT /pause", "DELETE /pause"];

describe("The secrets of the internal port", () => {
  let service: RunningService;
  before(
    async () => (service = await runService(whole, { args: [...message, ...scoped], withMessage: false })),
  );
  test.after(async () => {
    for (const end of ending.reverse()) await end();
  });

  test("open the calls of their own, and no others", async () => {
    const ofBackend = all.filter((call) => !ofOperators.includes(call) && call !== "GET /metrics");
    assert.deepEqual(await openedBy(service, internalSecret), ofBackend);
    for (const secret of [operatorSecret, `next-${operatorSecret}`])
      assert.deepEqual(await openedBy(service, secret), [
        "POST /forget-browsers all",
        "PUT /pause",
        "GET /pause",
        "DELETE /pause",
      ]);
    assert.deepEqual(await openedBy(service, metricsSecret), ["GET /metrics"]);
    for (const secret of [
      "",
      "another-secret",
      `${operatorSecret}x`,
      `${operatorSecret},next-${operatorSecret}`,
    ])
      assert.deepEqual(await openedBy(service, secret), []);
  });

  test("are refused with 403 where another one is right, which is named, and 401 where none is", async () => {
    const refusal = async (call: Call, secret: string) => {
      const answer = await send(service, call, secret);
      const { error, error_description: description } = (await answer.json()) as Record<string, string>;
      return [answer.status, error, answer.headers.get("www-authenticate"), description];
    };
    const scope = 'Bearer error="insufficient_scope"';
    for (const [call, secret, needed] of [
      ["DELETE /pause", internalSecret, "operator-secret, not internal-secret"],
      ["POST /forget-browsers all", internalSecret, "operator-secret, not internal-secret"],
      ["POST /forget-browsers", operatorSecret, "internal-secret, not operator-secret"],
      ["POST /redeem", metricsSecret, "internal-secret, not metrics-secret"],
      ["GET /pause", metricsSecret, "internal-secret or operator-secret, not metrics-secret"],
    ] as const)
      assert.deepEqual(await refusal(call, secret), [
        403,
        "insufficient_scope",
        scope,
        `This call needs ${needed}.`,
      ]);
    assert.deepEqual(await refusal("GET /metrics", "another"), [
      401,
      "invalid_client",
      "Bearer",
      "Authorization: Bearer {metrics-secret} is required.",
    ]);
  });

  test("count as refused at each call that they do not open, and change nothing", async () => {
    const counts = async () => {
      const text = await (await send(service, "GET /metrics", metricsSecret)).text();
      return ["invalid_client", "insufficient_scope"].map((error) =>
        Number(new RegExp(`refused_total\\{error="${error}"\\} (\\d+)`).exec(text)?.[1]),
      );
    };
    await send(service, "DELETE /pause", operatorSecret);
    const [unknown = NaN, other = NaN] = await counts();
    for (const call of all) await send(service, call, "another-secret");
    for (const call of ofOperators) await send(service, call, internalSecret);
    for (const call of ["GET /metrics", "PUT /pause"] as const) await send(service, call, internalSecret);
    await send(service, "PUT /pause", metricsSecret);
    assert.deepEqual(await counts(), [unknown + all.length, other + ofOperators.length + 3]);
    const pause: unknown = await (await send(service, "GET /pause", operatorSecret)).json();
    assert.deepEqual(pause, { paused: false });
    const lines = service.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    holds(lines.some(({ event, status }) => event === "internal_call_refused" && status === 403));
  });
});

test("Without secrets of their own, operators and Prometheus use internal-secret, for every call", async (t) => {
  const service = await runService(t);
  assert.deepEqual(await openedBy(service, internalSecret), all);
});

describe("POST /forget-browsers", () => {
  test("takes a burst of a hundred calls and then ten a second, and says when to come again", async (t) => {
    const service = await runService(t, { args: scoped });
    const began = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 250 }, () => send(service, "POST /forget-browsers", internalSecret)),
    );
    const seconds = Math.floor((performance.now() - began) / 1000) + 1;
    const accepted = answers.filter(({ status }) => status === 204).length;
    holds(accepted >= 100 && accepted <= 90 + 10 * seconds, `${accepted} in ${seconds} s`);
    const refused = answers.filter(({ status }) => status !== 204);
    for (const answer of refused) {
      assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "1"]);
      assert.equal(((await answer.json()) as { error: string }).error, "too_many_requests");
    }
    // A thief who marks users does not keep the operator from marking all of them.
    assert.equal((await send(service, "POST /forget-browsers all", operatorSecret)).status, 204);
    const metrics = await (await send(service, "GET /metrics", metricsSecret)).text();
    holds(metrics.includes(`limited_total{limit="forgetBrowsers"} ${refused.length}\n`), metrics);
    const told = service.lines.filter((line) => line.includes("internal_call_limited"));
    assert.equal(told.length, 1);
  });
});
