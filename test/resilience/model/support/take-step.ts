import assert from "node:assert/strict";
import type fc from "fast-check";
import {
  done,
  down,
  inWords,
  json,
  knownCookieIn,
  shownStatus,
  type Said,
  afterCallback,
  resultPoll,
  loginCall,
  redeemCall,
  redeemedFor,
  refused,
  renewCall,
  statusCall,
  ticketIn,
  type Issue,
  type Outcome,
  type Step,
  type Surroundings,
} from "./calls.js";
import { begun, claimableUntil, claimOver, edges, rules, type AttemptState } from "./attempt-state.js";
import {
  codeOf,
  cookieOf,
  knownCookieOf,
  knownFor,
  nobodysId,
  settleOn,
  surroundings,
  ticketOf,
  typedNumber,
  type Made,
  type Model,
  type ModelAttempt,
} from "./model.js";
import type { Call, ModelStep } from "./steps.js";
import type { World } from "./world.js";

/** The maximum of attempts. It is small, so that several steps act on the same one. */
const maxAttempts = 4;

export async function takeStep(
  step: ModelStep,
  model: Model,
  world: World,
  scheduler: fc.Scheduler,
): Promise<void> {
  // So that "since then" is never "at the same instant".
  await pass(1, model, world);
  switch (step.do) {
    case "start":
      return start(step.browser, step.node, model, world);
    case "call":
      return callAlone(step.call, model.attemptFor([step.call], step.attempt), model, world);
    case "race":
      return race(step, model.attemptFor(step.calls, step.attempt), model, world, scheduler);
    case "forge a callback": {
      const body = step.body === "unknown" ? { transaction_id: "transaction-0" } : { transaction_id: 1 };
      const answer = await world.call(step.node, callbackRequest(body, world));
      assert.equal(answer?.status, step.body === "unknown" ? 204 : 400, "the answer to a forged callback");
      return;
    }
    case "result": {
      const id = codeOf(model.attempt(step.attempt), step.code)?.id;
      if (id !== undefined) world.tokenServer.decide(id, step.verdict);
      return;
    }
    case "accept": {
      const attempt = model.attempt(step.attempt);
      const id = codeOf(attempt, 0)?.id;
      if (id !== undefined) world.tokenServer.decide(id, { kind: "approve", user: step.user });
      const page = { who: "owner", node: step.node } as const;
      await callAlone({ do: "status", ...page }, attempt, model, world);
      for (const number of step.numbers)
        await callAlone({ do: "login", ...page, number, throws: false }, attempt, model, world);
      const calls = step.redeemsOn.map((node) => ({ do: "redeem", who: "owner", node, ticket: 0 }) as const);
      await race({ calls, dies: undefined }, attempt, model, world, scheduler);
      if (!step.returns || !attempt) return;
      await start(attempt.browser, step.node, model, world);
      const again = { ...step, attempt: 0, numbers: ["none" as const], returns: false };
      return takeStep(again, model, world, scheduler);
    }
    case "Token Server":
      world.tokenServer.starts = step.starts;
      return;
    case "pass":
      return pass(step.seconds * 1000, model, world);
    case "pass to an edge": {
      const [state] = model.attempt(step.attempt)?.states ?? [];
      const now = world.clock.now();
      const next = state ? edges(state).filter((edge) => edge > now + 2) : [];
      const edge = next.sort((a, b) => a - b)[step.edge % Math.max(1, next.length)];
      // The next step comes a millisecond later.
      return edge === undefined ? undefined : pass(edge - now - (step.before ? 2 : 1), model, world);
    }
    case "restart":
      world.kill(step.node);
      return world.replace(step.node);
    case "forget":
      model.cookies[step.browser] = undefined;
      return;
    default:
      return step satisfies never;
  }
}

async function start(browser: 0 | 1 | 2, node: number, model: Model, world: World): Promise<void> {
  if (model.attempts.length >= maxAttempts) return;
  const userAgent = world.nextCall();
  const cookie = model.cookies[browser];
  const answer = await world.call(node, { method: "POST", path: "", cookie, userAgent, body: {} });
  const words = await inWords(answer?.clone());
  const id = world.tokenServer.startedBy(userAgent);
  if (id === undefined) {
    assert.equal(words, issueOf(userAgent, world).said, "a start without a code");
    return;
  }
  assert.equal(words, "new code for 60 s", "the answer to a start");
  const set = answer?.headers.getSetCookie() ?? [];
  assert.equal(set.length, cookie === undefined ? 1 : 0, "Set-Cookie, for a browser that has none");
  const owner = cookie ?? set[0]?.split(";")[0] ?? "";
  model.cookies[browser] = owner;
  const { attempt } = (await json(answer)) as { attempt: string };
  const now = world.clock.now();
  const state = begun({ id, endsAt: now + rules.codeMs, number: world.tokenServer.numberOf(id) }, now);
  model.attempts.push({ id: attempt, owner, browser, startedAt: now, tickets: [], states: [state] });
  world.monitor.started(attempt, owner);
}

/**
 * Moves time. Servers poll results by themselves meanwhile. The model does not predict when, but gets the same results.
 */
export async function pass(ms: number, model: Model, world: World): Promise<void> {
  world.tokenServer.takePolls();
  const before = world.clock.now();
  await world.pass(ms);
  for (const { id, at } of world.tokenServer.takePolls()) {
    const attempt = model.attempts.find(({ states }) =>
      states.some(({ codes }) => codes.some((code) => code.id === id)),
    );
    const around = { ...surroundings(world, false), now: at };
    settleOn([{ step: resultPoll(around, id), said: done, mayStop: false }], attempt, world);
  }
  for (const attempt of model.attempts)
    attempt.states = attempt.states.flatMap((state) => untyped(state, before, world));
}

/** A server that has asked for a number ends the attempt a second after its time, if it lives so long. */
function untyped(state: AttemptState, since: number, world: World): AttemptState[] {
  const at = claimableUntil(state) + 1000;
  const isDue = state.asked && since < at && at <= world.clock.now();
  return isDue && state.status === "approved" ? [state, claimOver(state, at)] : [state];
}

/** Makes one call, and waits for the work that it starts in the background. */
async function callAlone(
  call: Call,
  attempt: ModelAttempt | undefined,
  model: Model,
  world: World,
): Promise<void> {
  const around = surroundings(world, false);
  const made = await makeCall(call, attempt, model, world, around);
  await world.settle();
  const status = shownStatus(made.said);
  if (attempt && status) world.monitor.shown(attempt.id, status);
  settleOn([made], attempt, world);
}

async function race(
  { calls, dies }: Pick<Extract<ModelStep, { do: "race" }>, "calls" | "dies">,
  attempt: ModelAttempt | undefined,
  model: Model,
  world: World,
  scheduler: fc.Scheduler,
): Promise<void> {
  const around = surroundings(world, true);
  world.activity.turn = (label) => scheduler.schedule(Promise.resolve(), label).then(() => undefined);
  const running = calls.map((call) => makeCall(call, attempt, model, world, around));
  if (dies !== undefined) {
    void scheduler.schedule(Promise.resolve(), `server ${dies} dies`).then(() => world.kill(dies));
  }
  let unanswered = running.length;
  for (const answer of running) void answer.finally(() => (unanswered -= 1)).catch(() => undefined);
  // Between two turns, wait until all steps wait, so that the scheduler can choose among all of them.
  for (;;) {
    await world.settle();
    if (scheduler.count() > 0) await scheduler.waitOne();
    else if (unanswered === 0) break;
  }
  world.activity.turn = () => Promise.resolve();
  const made = await Promise.all(running);
  await world.settle();
  if (dies !== undefined) await world.replace(dies);
  settleOn(
    made.map((one, at) => ({ ...one, mayStop: calls[at]?.node === dies })),
    attempt,
    world,
  );
}

/** Makes a call. Returns the answer for the model to explain. */
async function makeCall(
  chosen: Call,
  attempt: ModelAttempt | undefined,
  model: Model,
  world: World,
  around: Surroundings,
): Promise<Made> {
  const call: Call =
    chosen.do === "redeem" && !world.site.handsOver
      ? { ...chosen, do: "login", number: 0, throws: false }
      : chosen;
  const userAgent = world.nextCall();
  const path = `/${attempt?.id ?? nobodysId}`;
  if (call.do === "callback") {
    const id = codeOf(attempt, call.code)?.id ?? "transaction-0";
    const answer = await world.call(call.node, callbackRequest({ transaction_id: id }, world));
    if (answer) assert.equal(answer.status, 204, "the answer to a callback");
    const callbacks = (model.callbacks.get(id) ?? 0) + 1;
    model.callbacks.set(id, callbacks);
    const isPrompt = callbacks <= rules.promptCallbacks;
    return { step: afterCallback(around, id, isPrompt), said: done, mayStop: false };
  }
  const cookie = cookieOf(call.who, attempt, model);
  const isOwner = attempt !== undefined && cookie === attempt.owner;
  const known = knownCookieOf(call.who, attempt, model);
  const shown = {
    pairing: world.pairing(call.node),
    knownFor: knownFor(known, model, around.now),
    number: call.do === "login" ? typedNumber(attempt, call.number) : undefined,
  };
  /** The browser keeps the cookie by which it is known from now on. */
  const keep = (headers: Headers | undefined, user: string): void => {
    const cookie = knownCookieIn(headers);
    if (!attempt || cookie === undefined) return;
    const users = model.knownSince.get(known ?? "") ?? [];
    model.knownSince.set(cookie, new Map([...users, [user, world.monitor.claimedAt(attempt.id)]]));
    model.knownCookies[attempt.browser] = cookie;
  };
  const made = (step: Step, said: Said | undefined): Made => ({ step, said, mayStop: false });
  switch (call.do) {
    case "status": {
      const answer = await world.call(call.node, { method: "GET", path, cookie, userAgent });
      return made(statusCall(around, isOwner), await inWords(answer));
    }
    case "renew": {
      const request = { method: "POST", path: `${path}/otp`, cookie, userAgent } as const;
      const said = await inWords(await world.call(call.node, request));
      return made(renewCall(around, isOwner, issueOf(userAgent, world)), said);
    }
    case "login": {
      const { number } = shown;
      const request = { method: "POST", path: `${path}/login`, cookie, known, userAgent } as const;
      if (isOwner) world.monitor.login(attempt.id, [number ?? undefined, ...shown.knownFor]);
      const answer = await world.call(call.node, {
        ...request,
        ...(number !== undefined && { body: { number } }),
        signInThrows: call.throws,
      });
      const said = await inWords(answer?.clone());
      const ticket = ticketIn(said);
      if (attempt && ticket !== undefined) {
        const { redirect_to } = (await json(answer)) as { redirect_to: string };
        assert.equal(redirect_to, `/login/otp?ticket=${ticket}`);
        attempt.tickets.push(ticket);
        world.monitor.issued(ticket);
      }
      const user = /^signed in (\w+)/.exec(said ?? "")?.[1];
      if (user !== undefined) keep(answer?.headers, user);
      const outcome: Outcome = world.site.handsOver
        ? { kind: "ticket", text: ticket ?? `lost in ${userAgent}` }
        : { kind: "signIn", throws: call.throws };
      return made(loginCall(around, isOwner, shown, outcome), said);
    }
    case "redeem": {
      // In a race it waits for its turn, so that it can be a ticket that was issued in this race.
      await world.activity.turn(`${userAgent} brings a ticket`);
      const ticket = ticketOf(attempt ?? { id: nobodysId, tickets: [] }, call.ticket);
      const result = await world.redeem(call.node, { ticket, cookie, known });
      const login = result?.login;
      if (login) {
        assert.equal(login.attempt, attempt?.id, "the attempt of a ticket");
        keep(login.headers, login.userId);
      }
      const isKnown = knownCookieIn(login?.headers) !== undefined;
      const said = result && (login ? redeemedFor(login.userId, isKnown) : refused);
      return made(redeemCall(around, isOwner, ticket, shown.pairing), said);
    }
    default:
      return call satisfies never;
  }
}

const callbackRequest = (body: object, world: World) =>
  ({ method: "POST", path: "/callback", body, userAgent: world.nextCall() }) as const;

/** How the Token Server answered a start, or would have answered. */
function issueOf(userAgent: string, { tokenServer }: World): Issue & { said: Said } {
  const id = tokenServer.startedBy(userAgent);
  if (id !== undefined) return { kind: "started", id, number: tokenServer.numberOf(id), said: "" };
  const said = tokenServer.starts === "refused" ? "500 server_error" : down;
  return { kind: "error", said };
}
