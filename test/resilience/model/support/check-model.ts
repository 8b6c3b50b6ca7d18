import type { TestContext } from "node:test";
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Status, forgetAt, isFinal, rules } from "./attempt-state.js";
import { Model, nobodysId, settleOn, surroundings, type ModelAttempt } from "./model.js";
import type { Sabotage, CallRequest } from "./node.js";
import { takeStep, pass } from "./take-step.js";
import { site, steps, type Site, type ModelStep, nodeCount } from "./steps.js";
import { type OpenModelStore, memory, onRedis } from "./stores.js";
import { ModelTokenServer } from "./token-server.js";
import { World } from "./world.js";
import { bytesOf, inWords, shownStatus, type Said, statusCall } from "./calls.js";

/** For longer runs, or to repeat a counterexample. */
const { MODEL_RUNS, MODEL_SEED, MODEL_PATH } = process.env;

interface CheckOptions {
  runs: number;
  sabotage?: Sabotage;
  /** Default one at random. */
  seed?: number;
}

/** The result of the runs. */
export interface Checked {
  failed: boolean;
  runs: number;
  steps: number;
  seconds: number;
  /** How many attempts ended in each status, or in one of these ways. */
  ended: Partial<Record<Status | "redeemed" | "known" | "new" | "locked", number>>;
  /** The error of the shortest failing run that was found. */
  message: string;
  seed: number;
  path: string | undefined;
}

/** Runs the kit on a store and compares it with the model after each step. */
export async function checkModel(
  t: Pick<TestContext, "after">,
  openStore: OpenModelStore,
  { runs, sabotage, seed }: CheckOptions,
): Promise<Checked> {
  const tokenServer = new ModelTokenServer();
  await tokenServer.listen(t);
  const store = await openStore(t);
  let taken = 0;
  const ended: Checked["ended"] = {};
  const beganAt = performance.now();

  const run = async (todo: ModelStep[], scheduler: fc.Scheduler, site: Site): Promise<void> => {
    const world = await World.open({ store, tokenServer, site, sabotage });
    const model = new Model();
    const commands = todo.map((step) => ({
      check: () => true,
      async run() {
        taken += 1;
        await takeStep(step, model, world, scheduler);
        await checkInvariants(model, world);
      },
      toString: () => fc.stringify(step),
    }));
    await fc.asyncModelRun(() => ({ model, real: world }), commands);
    for (const [state] of model.attempts.map(({ states }) => states)) {
      const isLocked = state?.wrongNumbers.length === rules.wrongNumbers;
      const ways = [
        state?.status,
        state?.browser,
        state?.ticket?.redeemed && "redeemed",
        isLocked && "locked",
      ] as const;
      for (const way of ways) if (way) ended[way] = (ended[way] ?? 0) + 1;
    }
    await checkNothingIsLeft(model, world);
  };

  const details = await fc.check(fc.asyncProperty(steps, fc.scheduler(), site, run), {
    numRuns: MODEL_RUNS === undefined || sabotage ? runs : Number(MODEL_RUNS),
    // With a sabotage, the counterexample need not be short.
    endOnFailure: sabotage !== undefined,
    ...(seed !== undefined && { seed }),
    ...(MODEL_SEED !== undefined && { seed: Number(MODEL_SEED) }),
    ...(!sabotage && MODEL_PATH !== undefined && { path: MODEL_PATH }),
  });
  return {
    failed: details.failed,
    runs: details.numRuns,
    steps: taken,
    ended,
    seconds: Math.round((performance.now() - beganAt) / 1000),
    message: [details.errorInstance, await fc.asyncDefaultReportMessage(details)].map(String).join("\n"),
    seed: details.seed,
    path: details.counterexamplePath ?? undefined,
  };
}

/**
 * Checks what must hold after each step. The monitor has seen every write and every login. In addition, a stranger and
 * the owner read one of the attempts.
 */
async function checkInvariants(model: Model, world: World): Promise<void> {
  world.monitor.check();
  const attempt = model.attempts[model.steps++ % Math.max(1, model.attempts.length)];
  if (!attempt) return;
  await tryWithoutTheCookie(attempt, model, world);
  await expectToStay(attempt, model, world);
  world.monitor.check();
}

const ways = [
  { method: "GET", path: "" },
  { method: "GET", path: "", accept: "text/event-stream" },
  { method: "POST", path: "/otp" },
  { method: "POST", path: "/login" },
] as const;

/** Only the browser that started an attempt can learn that it exists. */
async function tryWithoutTheCookie(attempt: ModelAttempt, model: Model, world: World): Promise<void> {
  const tries = model.tries++;
  const others = [undefined, "", attempt.owner.slice(0, -1), `${attempt.owner}A`, ...model.cookies];
  const cookie = others[tries % others.length];
  if (cookie === attempt.owner) return;
  const way = ways[(tries >> 1) % ways.length] ?? ways[0];
  const node = tries % nodeCount;
  const read = async (id: string): Promise<Response | undefined> => {
    const request: CallRequest = { ...way, path: `/${id}${way.path}`, cookie, userAgent: "a stranger" };
    return world.call(node, request);
  };
  const answer = await bytesOf(await read(attempt.id));
  world.monitor.check();
  if (world.isBlind) return;
  assert.equal(
    answer,
    (model.unknown[way.path] ??= await bytesOf(await read(nobodysId))),
    `a stranger sees that ${attempt.id} exists: ${JSON.stringify(way)}`,
  );
  // Reading the attempt, perhaps even for a stranger, makes an unclaimed acceptance expire.
  settleOn(
    [{ step: statusCall(surroundings(world, false), false), said: wordsOf(answer), mayStop: false }],
    attempt,
    world,
  );
}

const wordsOf = (bytes: string): Said => {
  const [status, , , body] = JSON.parse(bytes) as [number, string, unknown, string];
  return `${status} ${(JSON.parse(body) as { error: string }).error}`;
};

/** A final status does not change as long as it can be read. */
async function expectToStay(attempt: ModelAttempt, model: Model, world: World): Promise<void> {
  if (!attempt.states.every(({ status, forgotten }) => isFinal(status) && !forgotten)) return;
  const answer = await world.call(model.tries % nodeCount, {
    method: "GET",
    path: `/${attempt.id}`,
    cookie: attempt.owner,
    userAgent: "its browser",
  });
  const said = await inWords(answer);
  const status = shownStatus(said);
  if (status) world.monitor.shown(attempt.id, status);
  settleOn([{ step: statusCall(surroundings(world, false), true), said, mayStop: false }], attempt, world);
}

/** At the end the store must be empty. */
async function checkNothingIsLeft(model: Model, world: World): Promise<void> {
  const over = model.attempts.flatMap(({ states }) => states.map(forgetAt));
  const remains = model.attempts.map(({ id, startedAt, states }) => ({
    id,
    codes: states.flatMap(({ codes }) => codes.map((code) => code.id)),
    aliveAt: startedAt,
  }));
  for (const attempt of model.attempts) {
    await tryWithoutTheCookie(attempt, model, world);
    await expectToStay(attempt, model, world);
  }
  const now = world.clock.now();
  await pass(Math.max(now, ...over) - now + sweptAfterMs, model, world);
  for (const { id, owner } of model.attempts) {
    const answer = await world.call(0, { method: "GET", path: `/${id}`, cookie: owner, userAgent: "late" });
    assert.equal(await inWords(answer), "404 unknown_attempt", `${id} can be read after its time`);
  }
  assert.deepEqual(await world.leftovers(remains), [], "what the store still holds");
  world.monitor.check();
}

/**
 * Longer than a store may take to delete what it forgot, and longer than an attempt lives if its start was not
 * answered.
 */
const sweptAfterMs = 600_000;

const stores = { memory, redis: onRedis("redis"), valkey: onRedis("valkey") } as const;

interface ModelWork {
  store: keyof typeof stores;
  runs: number;
}

const script = fileURLToPath(import.meta.url);

/** Checks the model in a process without node:test, because the promise hooks of node:test make it 50 % slower. */
export async function checkInOwnProcess(work: ModelWork): Promise<Checked> {
  const child = fork(script, { execArgv: ["--import", "tsx"] });
  child.send(work);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The process of the model ended with ${String(code)}`);
  });
  const [checked] = (await Promise.race([once(child, "message"), ended])) as [Checked];
  await ended.catch(() => undefined);
  return checked;
}

async function work({ store, runs }: ModelWork): Promise<void> {
  const cleanups: (() => unknown)[] = [];
  const t: Pick<TestContext, "after"> = { after: (task) => void cleanups.push(task as () => unknown) };
  try {
    process.send?.(await checkModel(t, stores[store], { runs }));
  } finally {
    for (const task of cleanups.reverse()) await task();
  }
}

if (process.argv[1] === script) {
  process.once("disconnect", () => process.exit());
  process.once("message", (todo: ModelWork) => void work(todo).finally(() => process.disconnect()));
}
