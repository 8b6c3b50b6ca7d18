import { BehaviorSubject, defer, NEVER, switchMap, timer, type Observable } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import type { LoginAnswer, StatusAnswer } from "../../../src/protocol/login-api.js";
import type { Backend } from "../../../src/element/api/backend.js";
import type { KeptAttempt } from "../../../src/element/app-link/resume-storage.js";
import { receivedCode } from "../../../src/element/flow/renewal.js";
import type { Environment, Visibility } from "../../../src/element/flow/environment.js";
import { loginFlow, type Command } from "../../../src/element/flow/login-flow.js";
import { RequestError } from "../../../src/element/api/backend.js";
import type { Action, LoginErrorCode } from "../../../src/element/flow/state.js";

/**
 * One request or one stream in RxJS's marble syntax, with names instead of single letters: "20ms (code|)". `|` is its
 * end and `#` its error, `network_error` by default.
 */
export type Script =
  | string
  | {
      marbles: string;
      error?: LoginErrorCode;
      retryAfterMs?: number;
      /** The answer asks for the number: how many numbers may be wrong, and the seconds that are left. */
      asks?: { triesLeft: number; expiresIn?: number };
    };

/** For each call of the login API, the answers to its first, second, … request. Later requests get the last one. */
export type Scripts = Partial<Record<keyof Backend, Script[]>>;

/** All in the same syntax as scripts. */
export interface World {
  /** `start`, `cancel`, `resume`, `takeOver` (with a code of the instant 0), `comeBack` (with a number). By default one start at once. */
  commands?: string;
  /** `visible`, `hidden`, `gone`. By default visible. */
  visibility?: string;
  /** `online`, `offline`. By default online. */
  online?: string;
  /** `slept`. */
  slept?: string;
  /** `newCode`: the person asks for one after a scan. */
  newCode?: string;
  /** `right`, `wrong`: the person sends such a number. */
  number?: string;
  renewals?: number;
  /** Default `true`. */
  hasCookies?: boolean;
  /** The OTPs that no QR code can hold. */
  tooLong?: RegExp;
  /** A constant, or a source of numbers. Default 0. */
  random?: number | (() => number);
  /** The attempt left for the app: whether this tab is its owner, until when another tab has the lock, and when it becomes the owner. */
  shared?: { isOwner?: boolean; lockedMs?: number; isTakenOverAtMs?: number; wasSent?: boolean };
  /** How the attempt has ended that this browser kept, for `comeBack`. Missing: it kept none. */
  kept?: KeptAttempt["mark"];
  /** How far the wall clock is ahead of the timers. */
  clockJumpMs?: (nowMs: number) => number;
}

/** A stream that gives the status at once and a comment every 15 s, for four minutes. */
export const liveStream = `pending ${"14999ms comment ".repeat(16)}`;

type ColdObservable<T> = Observable<T> & {
  subscriptions: { subscribedFrame: number; unsubscribedFrame: number }[];
};

/** A status whose `expires_in` is too long to change the code's deadline. */
const pending = { status: "pending", expires_in: 86_400 } as const;

/** The value of each name in the scripts. */
const answers = {
  start: {
    code: { attempt: "A", status: "pending", otp: "otp0", expires_in: 60 },
    otherAttempt: { attempt: "B", status: "pending", otp: "otpB", expires_in: 60 },
    dayCode: { attempt: "A", status: "pending", otp: "otp0", expires_in: 86_400 },
    shortCode: { attempt: "A", status: "pending", otp: "otp0", expires_in: 12 },
  },
  renew: {
    code: { status: "pending", otp: "otp1", expires_in: 60 },
    shortCode: { status: "pending", otp: "otp2", expires_in: 12 },
  },
  stream: {
    pending: { type: "status", answer: pending },
    pending8s: { type: "status", answer: { ...pending, expires_in: 8 } },
    codeClosed: { type: "status", answer: { ...pending, expires_in: 0 } },
    scanned: { type: "status", answer: { ...pending, scanned: true } },
    approved: { type: "status", answer: { status: "approved" } },
    completed: { type: "status", answer: { status: "completed" } },
    denied: { type: "status", answer: { status: "denied" } },
    expired: { type: "status", answer: { status: "expired" } },
    failed: { type: "status", answer: { status: "failed" } },
    comment: { type: "alive" },
    retry: { type: "retry", delayMs: 5_000 },
  },
  poll: {
    pending: { ...pending, interval: 2 },
    pending8s: { ...pending, expires_in: 8, interval: 2 },
    scanned: { ...pending, scanned: true, interval: 2 },
    held: { ...pending, interval: 0 },
    approved: { status: "approved", interval: 0 },
    expired: { status: "expired", interval: 0 },
    denied: { status: "denied", interval: 0 },
    completed: { status: "completed", interval: 0 },
    failed: { status: "failed", interval: 0 },
  },
  login: { answer: { redirect_to: "/account" } },
};

/** The body of an error that asks for the number. */
const question = (
  error: LoginErrorCode,
  { triesLeft, expiresIn = 300 }: { triesLeft: number; expiresIn?: number },
) => ({
  error,
  error_description: "…",
  digits: 4,
  tries_left: triesLeft,
  expires_in: expiresIn,
});

/** RxJS' parser accepts only single characters: replaces each name by one. */
function marbles<T>(script: string, values: Record<string, T>): [string, Record<string, T>] {
  const names = Object.keys(values);
  const letterOf = (name: string): string => {
    if (!names.includes(name)) throw new Error(`"${name}" is not one of: ${names.join(", ")}`);
    return String.fromCharCode("a".charCodeAt(0) + names.indexOf(name));
  };
  return [
    script.replace(/\b[a-z]\w*/gi, letterOf),
    Object.fromEntries(names.map((name) => [letterOf(name), values[name]!])),
  ];
}

/** The numbers that a person types. */
const typed = { right: "4713", wrong: "4731" };

/** An action as tests compare it: its type, the connection, whether a scan counts, or the question and its tries. */
const nameOf = (action: Action): string => {
  if (action.type === "asked") {
    const { isSending, triesLeft, wrong, connection } = action.question;
    const kind = isSending ? "sending" : wrong > 0 ? `wrong${wrong}` : "asked";
    return `${kind} ${triesLeft}${connection === "offline" ? " without network" : ""}`;
  }
  if (action.type === "connection") return action.connection;
  return action.type === "scanned" && !action.scanned ? "notScanned" : action.type;
};

/** Whether a line of `said` is about the connection. */
export const isConnection = (line: string): boolean => /live|reconnecting|offline/.test(line);

const backendCalls = ["start", "renew", "stream", "poll", "login"] as const;

/**
 * Runs the flow in virtual time until `untilMs`, then unsubscribes.
 * @returns its actions, and as "milliseconds name" in `said`; when it became the owner; the number in each login; when each request
 * was subscribed and unsubscribed, as "from-to" in milliseconds; and the `Prefer: wait` of each poll in seconds
 */
export function runFlow(untilMs: number, scripts: Scripts, world: World = {}) {
  const said: string[] = [];
  const actions: Action[] = [];
  const requests = Object.fromEntries(backendCalls.map((name) => [name, []])) as unknown as Record<
    keyof Backend,
    ColdObservable<unknown>[]
  >;
  const waits: number[] = [];
  const numbers: (string | undefined)[] = [];
  const ownedAt: number[] = [];
  const scheduler = new TestScheduler(() => undefined);

  scheduler.run(({ cold, hot }) => {
    const behavior = <T>(
      initial: T,
      script: string | undefined,
      values: Record<string, T>,
    ): Observable<T> => {
      const subject = new BehaviorSubject(initial);
      if (script) hot(...marbles(script, values)).subscribe(subject);
      return subject;
    };
    const call = <T>(name: keyof Backend): Observable<T> =>
      defer(() => {
        const answersInTurn = scripts[name] ?? [];
        const entry = answersInTurn[Math.min(requests[name].length, answersInTurn.length - 1)];
        if (entry === undefined) throw new Error(`The flow called "${name}", which has no script.`);
        const {
          marbles: script,
          error = "network_error",
          retryAfterMs = 0,
          asks,
        } = typeof entry === "string" ? { marbles: entry } : entry;
        const source = cold(
          ...marbles<unknown>(script, answers[name]),
          new RequestError(
            error,
            undefined,
            "",
            retryAfterMs,
            asks && { status: 403, body: question(error, asks) },
          ),
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
      login: (_attempt, number) =>
        defer(() => {
          numbers.push(number);
          return call<LoginAnswer>("login");
        }),
    };
    const environment: Environment = {
      visibility: behavior<Visibility>("visible", world.visibility, {
        visible: "visible",
        hidden: "hidden",
        gone: "gone",
      }),
      online: behavior(true, world.online, { online: true, offline: false }),
      hasCookies: () => world.hasCookies ?? true,
      slept: world.slept ? hot(...marbles(world.slept, { slept: undefined })) : NEVER,
      newCode: world.newCode ? hot(...marbles(world.newCode, { newCode: undefined })) : NEVER,
      number: world.number ? hot(...marbles(world.number, typed)) : NEVER,
      now: () => scheduler.now() + (world.clockJumpMs?.(scheduler.now()) ?? 0),
      timer: (ms) => timer(ms, scheduler),
      random: () => (typeof world.random === "function" ? world.random() : (world.random ?? 0)),
      encode: (otp) => (world.tooLong?.test(otp) ? new Error("too long") : undefined),
      renewals: () => world.renewals ?? 5,
      sharedAttempt: (attempt) =>
        world.shared && attempt === "A"
          ? {
              isOwner: () =>
                world.shared?.isOwner === true ||
                (ownedAt.length > 0 && scheduler.now() < (world.shared?.isTakenOverAtMs ?? Infinity)),
              becomeOwner: () => ownedAt.push(scheduler.now()),
              takeUnattended: () => world.shared?.wasSent !== true,
              changed: NEVER,
              locked: (work) => timer(world.shared?.lockedMs ?? 0, scheduler).pipe(switchMap(() => work)),
            }
          : undefined,
    };
    const commandValues: Record<string, Command> = {
      start: { type: "start", backend },
      resume: { type: "resume", backend, attempt: "A" },
      takeOver: {
        type: "resume",
        backend,
        attempt: "A",
        code: receivedCode({ otp: "otp0", expires_in: 60 }, 0),
      },
      comeBack: {
        type: "comeBack",
        backend,
        kept: world.kept && { attempt: "A", mark: world.kept },
        number: typed.right,
      },
      cancel: { type: "cancel" },
    };
    const commands = hot(...marbles(world.commands ?? "start", commandValues));
    const flow = loginFlow(commands, environment).subscribe((action) => {
      said.push(`${scheduler.now()} ${nameOf(action)}`);
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
  return {
    said,
    actions,
    waits,
    ownedAt,
    numbers,
    requests: Object.fromEntries(logs) as Record<keyof Backend, string[]>,
  };
}
