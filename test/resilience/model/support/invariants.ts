import assert from "node:assert/strict";
import { bytesOf, inWords, shownStatus, type Said } from "./answers.js";
import { forgetAt, isFinal } from "./attempt-state.js";
import { statusCall } from "./calls.js";
import { nobodysId, settleOn, surroundings, type Model, type ModelAttempt } from "./model.js";
import { pass } from "./take-step.js";
import type { CallRequest } from "./node.js";
import { nodeCount } from "./steps.js";
import type { World } from "./world.js";

/**
 * Checks what holds after each step. The monitor has seen every write and every login. Besides, a stranger and the owner
 * ask for one of the attempts.
 */
export async function checkInvariants(model: Model, world: World): Promise<void> {
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
  const ask = async (id: string): Promise<Response | undefined> => {
    const request: CallRequest = { ...way, path: `/${id}${way.path}`, cookie, userAgent: "a stranger" };
    return world.call(node, request);
  };
  const answer = await bytesOf(await ask(attempt.id));
  world.monitor.check();
  if (world.isBlind) return;
  assert.equal(
    answer,
    (model.unknown[way.path] ??= await bytesOf(await ask(nobodysId))),
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

/** A final status stays what it is as long as anybody can ask for it. */
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

/** When everything is over, the store holds nothing. */
export async function checkNothingIsLeft(model: Model, world: World): Promise<void> {
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

/** Longer than a store may take to remove what it forgot, and longer than an attempt lives whose start was not answered. */
const sweptAfterMs = 600_000;
