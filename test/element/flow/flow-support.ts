import { BehaviorSubject, defer, NEVER, timer, type Observable } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import type { StatusAnswer } from "../../../src/protocol/login-api.js";
import type { Backend } from "../../../src/element/api/backend.js";
import { toCode } from "../../../src/element/flow/code.js";
import type { Environment, Visibility } from "../../../src/element/flow/environment.js";
import { loginFlow, type Command } from "../../../src/element/flow/login-flow.js";
import { RequestError } from "../../../src/element/api/request-error.js";
import type { Action, LoginErrorCode } from "../../../src/element/flow/state.js";

/** One request or a stream in marbles: letters of `answers`, `|` its end, `#` its error, `network_error` by default. */
export type Script = string | { marbles: string; error?: LoginErrorCode; retryAfterMs?: number };

/** For each call of the login API what its first, second, … request is answered; the last goes for all that follow. */
export type Scripts = Partial<Record<keyof Backend, Script[]>>;

export interface World {
  /** `s` start, `c` cancel, `r` resume, `t` take over with a code of the instant 0; by default one start at once. */
  commands?: string;
  /** `v` visible, `h` hidden, `g` gone; visible by default. */
  visibility?: string;
  /** `t` and `f`; online by default. */
  online?: string;
  /** `x`: the machine slept. */
  slept?: string;
  renewals?: number;
  /** The same number every time, or one after the other; 0 by default. */
  random?: number | (() => number);
  /** What the wall clock shows beyond the time that timers saw. */
  clockJumpMs?: (nowMs: number) => number;
}

type ColdObservable<T> = Observable<T> & {
  subscriptions: { subscribedFrame: number; unsubscribedFrame: number }[];
};

/** Of a code that has no less left than is known here. */
const pending = { status: "pending", expires_in: 86_400 } as const;

/** What the letters of scripts stand for: codes by their lives, then statuses. */
const answers = {
  start: {
    a: { attempt: "A", status: "pending", otp: "otp0", expires_in: 60 },
    b: { attempt: "B", status: "pending", otp: "otpB", expires_in: 60 },
    l: { attempt: "A", status: "pending", otp: "otp0", expires_in: 86_400 },
    z: { attempt: "A", status: "pending", otp: "otp0", expires_in: 12 },
  },
  renew: {
    y: { status: "pending", otp: "otp2", expires_in: 12 },
    n: { status: "pending", otp: "otp1", expires_in: 60 },
  },
  stream: {
    p: { type: "status", answer: pending },
    s: { type: "status", answer: { ...pending, expires_in: 8 } },
    e: { type: "status", answer: { ...pending, expires_in: 0 } },
    a: { type: "status", answer: { status: "approved" } },
    c: { type: "status", answer: { status: "completed" } },
    d: { type: "status", answer: { status: "denied" } },
    x: { type: "status", answer: { status: "expired" } },
    f: { type: "status", answer: { status: "failed" } },
    k: { type: "alive" },
    r: { type: "retry", delayMs: 5_000 },
  },
  poll: {
    p: { ...pending, interval: 2 },
    s: { ...pending, expires_in: 8, interval: 2 },
    h: { ...pending, interval: 0 },
    a: { status: "approved", interval: 0 },
    x: { status: "expired", interval: 0 },
    d: { status: "denied", interval: 0 },
    c: { status: "completed", interval: 0 },
  },
  login: { l: { redirect_to: "/account" } },
};

/** Letters for what the flow says. `links` are `l`ive, `q`uiet (reconnecting), `o`ffline. */
const letterOf = (action: Action): string => {
  switch (action.type) {
    case "requested":
      return "R";
    case "started":
      return "S";
    case "renewed":
      return "N";
    case "spent":
      return "Z";
    case "link":
      return { live: "l", reconnecting: "q", offline: "o" }[action.link];
    case "approved":
      return "A";
    case "completed":
      return "C";
    case "denied":
      return "D";
    case "expired":
      return "X";
    case "failed":
      return "F";
    case "cancelled":
      return "I";
    default:
      return action satisfies never;
  }
};

const backendCalls = ["start", "renew", "stream", "poll", "login"] as const;

/**
 * Runs the flow in virtual time until `untilMs`, then unsubscribes.
 * @returns what it said, as "milliseconds letter"; the actions themselves; and when each request was subscribed and
 * unsubscribed, as "from-to" in milliseconds
 */
export function runFlow(untilMs: number, scripts: Scripts, world: World = {}) {
  const said: string[] = [];
  const actions: Action[] = [];
  const requests = Object.fromEntries(backendCalls.map((name) => [name, []])) as unknown as Record<
    keyof Backend,
    ColdObservable<unknown>[]
  >;
  const waits: number[] = [];
  const scheduler = new TestScheduler(() => undefined);

  scheduler.run(({ cold, hot }) => {
    const behavior = <T>(
      initial: T,
      marbles: string | undefined,
      values: Record<string, T>,
    ): Observable<T> => {
      const subject = new BehaviorSubject(initial);
      if (marbles) hot(marbles, values).subscribe(subject);
      return subject;
    };
    const call = <T>(name: keyof Backend): Observable<T> =>
      defer(() => {
        const script = scripts[name] ?? [];
        const entry = script[Math.min(requests[name].length, script.length - 1)];
        if (entry === undefined) throw new Error(`The flow asked for "${name}", which has no script.`);
        const {
          marbles,
          error = "network_error",
          retryAfterMs = 0,
        } = typeof entry === "string" ? { marbles: entry } : entry;
        const source = cold(
          marbles,
          answers[name] as Record<string, unknown>,
          new RequestError(error, undefined, "", retryAfterMs),
        );
        requests[name].push(source);
        return source as unknown as Observable<T>;
      });
    const backend: Backend = {
      start: () => call("start"),
      renew: () => call("renew"),
      stream: () => call("stream"),
      poll: (_attempt, waitSeconds) =>
        defer(() => {
          waits.push(waitSeconds);
          return call<StatusAnswer>("poll");
        }),
      login: () => call("login"),
    };
    const environment: Environment = {
      visibility: behavior<Visibility>("visible", world.visibility, { v: "visible", h: "hidden", g: "gone" }),
      online: behavior(true, world.online, { t: true, f: false }),
      slept: world.slept ? hot(world.slept) : NEVER,
      now: () => scheduler.now() + (world.clockJumpMs?.(scheduler.now()) ?? 0),
      timer: (ms) => timer(ms, scheduler),
      random: () => (typeof world.random === "function" ? world.random() : (world.random ?? 0)),
      renewals: () => world.renewals ?? 5,
    };
    const commands = hot<Command>(world.commands ?? "s", {
      s: { type: "start", backend },
      r: { type: "resume", backend, attempt: "A" },
      t: {
        type: "resume",
        backend,
        attempt: "A",
        code: toCode({ otp: "otp0", expires_in: 60 }, 0),
      },
      c: { type: "cancel" },
    });
    const flow = loginFlow(commands, environment).subscribe((action) => {
      said.push(`${scheduler.now()} ${letterOf(action)}`);
      actions.push(action);
    });
    timer(untilMs, scheduler).subscribe(() => flow.unsubscribe());
  });

  const logs = backendCalls.map((name) => [
    name,
    requests[name].flatMap(({ subscriptions }) =>
      subscriptions.map(
        ({ subscribedFrame, unsubscribedFrame }) => `${subscribedFrame}-${unsubscribedFrame}`,
      ),
    ),
  ]);
  return { said, actions, waits, requests: Object.fromEntries(logs) as Record<keyof Backend, string[]> };
}
