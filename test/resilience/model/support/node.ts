import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { AttemptStore } from "onegini-otp-login/server";
import { nodeTransport } from "../../../../src/node/node-transport.js";
import { createLoginKit } from "../../../../src/server/create-login-kit.js";
import type { LoginKit, RedeemedLogin } from "../../../../src/server/login-kit.js";
import { systemRuntime, type Runtime } from "../../../../src/server/runtime.js";
import type { SignIn } from "../../../../src/server/options.js";
import type { Transport } from "../../../../src/server/token-server/transport.js";
import type { VirtualClock } from "../../../support/virtual-clock.js";
import { rules, type Pairing } from "./attempt-state.js";
import type { Monitor } from "./monitor.js";

const origin = "https://www.example.test";

export interface CallRequest {
  method: "GET" | "POST";
  path: string;
  cookie?: string | undefined;
  /** The cookie by which the browser is known. */
  known?: string | undefined;
  accept?: string;
  body?: unknown;
  /** The call's name. The Token Server gets it too. */
  userAgent: string;
  signInThrows?: boolean;
}

/** A request of the site's own, in which it redeems a ticket. */
export interface RedeemRequest {
  ticket: string;
  cookie: string | undefined;
  known: string | undefined;
}

/** Breaks the kit on purpose, to show that the model finds it. */
export interface Sabotage {
  /** Answers are not compared with the model's, so that the monitor must find the fault by itself. */
  blind?: boolean;
  store?: (store: AttemptStore) => AttemptStore;
  /** Replaces or changes the kit's answers to a browser. */
  call?: (request: CallRequest, answer: (to?: CallRequest) => Promise<Response>) => Promise<Response>;
  signIn?: (login: { userId: string; attempt: string; cookie: string | null }) => typeof login;
  /** Replaces or changes the login that a ticket gives. */
  redeem?: (
    request: RedeemRequest,
    redeem: () => Promise<RedeemedLogin | undefined>,
  ) => ReturnType<typeof redeem>;
  timeouts?: {
    repeatSeconds?: number;
    claimSeconds?: number;
    graceSeconds?: number;
    silenceSeconds?: number;
    pairingSeconds?: number;
  };
  pairing?: { unnumbered?: "allow"; rememberDays?: number };
}

/** The context of a call, which the kit passes to `signIn`. */
interface CallContext {
  signInThrows: boolean;
}

interface NodeParts {
  index: number;
  store: AttemptStore;
  tokenServerUrl: string;
  clock: VirtualClock;
  monitor: Monitor;
  activity: Activity;
  /** Whether the site takes logins over by tickets, in place of `signIn`. */
  handsOver: boolean;
  pairing: Pairing;
  sabotage: Sabotage;
}

/** A server of the site: a kit that can die at any moment and then does nothing more. */
export class Node {
  readonly #kit: LoginKit<CallContext>;
  readonly #parts: NodeParts;
  /** Resolves when the server dies. */
  readonly #death: Promise<undefined>;
  #dead = false;
  #die: () => void = () => undefined;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.#death = new Promise((resolve) => (this.#die = () => resolve(undefined)));
    const { activity, clock, handsOver, index, monitor, pairing, sabotage, store, tokenServerUrl } = parts;
    const signIn: SignIn<CallContext> = async ({ userId, attempt, request, context }) => {
      const [cookie = null] = request.headers.get("cookie")?.split("; ") ?? [];
      const login = { userId, attempt, cookie };
      monitor.signIn(sabotage.signIn?.(login) ?? login);
      await activity.turn(`server ${index} signs in`);
      if (this.#dead) return never;
      if (context.signInThrows) throw new Error("The site's session store is down");
      return Response.json({ user: userId, attempt });
    };
    this.#kit = createLoginKit<CallContext>(
      {
        origin,
        tokenServer: {
          url: tokenServerUrl,
          clientId: "site",
          clientSecret: "site-secret",
          type: "qr-code",
        },
        message: pairing === "off" ? "Log in?" : "Log in? It may ask for {number}.",
        ...(pairing !== "off" && { pairing: { when: pairing, ...pairingKeys, ...sabotage.pairing } }),
        store: this.#mortal(sabotage.store?.(store) ?? store),
        // A run would soon reach these limits.
        limits: {
          startsPerAddress: false,
          startsPerBrowser: false,
          tokenServerCalls: false,
          transactionsPerAttempt: rules.codesPerAttempt,
          loginsPerAttempt: rules.loginsPerAttempt,
          wrongNumbersPerUser: false,
          wrongNumbersPerBrowser: false,
          wrongUsersPerAddress: false,
        },
        timeouts: { ...sabotage.timeouts },
        transport: (call) => this.#transport(call),
        ...(handsOver ? { handOver: { to: "/login/otp" } } : { signIn }),
        onEvent: (event) => void (this.#dead || monitor.event(event)),
      },
      {
        now: () => clock.now(),
        after: (delayMs, task) => this.#after(delayMs, task),
        random: (length) => systemRuntime.random(length),
      },
    );
  }

  /** The answer; undefined if the server died before it gave one. */
  call(request: CallRequest): Promise<Response | undefined> {
    const answer = (to = request): Promise<Response> => {
      const { method, path, accept = "application/json", body, userAgent } = to;
      return this.#kit.fetch(
        new Request(`${origin}/otp-login${path}`, {
          method,
          headers: {
            accept,
            "user-agent": userAgent,
            ...cookieHeader(to),
            ...(method === "POST" && { origin, "sec-fetch-site": "same-origin" }),
            ...(body !== undefined && { "content-type": "application/json" }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
        { signInThrows: to.signInThrows ?? false },
      );
    };
    const { call } = this.#parts.sabotage;
    return Promise.race([call ? call(request, answer) : answer(), this.#death]);
  }

  /** Redeems a ticket. Undefined if the server died before it had the result. */
  async redeem(request: RedeemRequest): Promise<{ login: RedeemedLogin | undefined } | undefined> {
    const { ticket, cookie } = request;
    const { sabotage, monitor } = this.#parts;
    const headers = cookieHeader(request);
    const redeem = (): Promise<RedeemedLogin | undefined> => this.#kit.redeem(ticket, { headers });
    const login = sabotage.redeem ? sabotage.redeem(request, redeem) : redeem();
    const noted = login.then((login) => {
      if (login) monitor.redeemed({ ...login, ticket, cookie });
      return { login };
    });
    return Promise.race([noted, this.#death]);
  }

  die(): void {
    this.#dead = true;
    this.#die();
  }

  readonly #after: Runtime["after"] = (delayMs, task) => {
    // A task that is due at once counts as activity. A later one does not, because then there would always be activity.
    const over = delayMs <= 0 ? this.#parts.activity.begin() : () => undefined;
    const cancel = this.#parts.clock.after(delayMs, () => {
      over();
      if (!this.#dead) task();
    });
    return () => {
      cancel();
      over();
    };
  };

  /** The Node transport, counted as activity. A dead server sends nothing. */
  readonly #transport: Transport = (call) => {
    if (this.#dead) return never;
    const over = this.#parts.activity.begin();
    const answer = nodeTransport(call);
    answer.then(over, over);
    return answer;
  };

  /** A store that never answers a dead server. */
  #mortal(store: AttemptStore): AttemptStore {
    const { activity, clock, index, monitor } = this.#parts;
    const step = async <T>(name: string, run: () => Promise<T>, isWrite = false): Promise<T> => {
      await activity.turn(`server ${index}: ${name}`);
      if (this.#dead) return never;
      const over = activity.begin();
      const value = await run().finally(over);
      // The server may die between the change and its answer.
      if (isWrite) await activity.turn(`server ${index} gets the answer to its ${name}`);
      return this.#dead ? never : value;
    };
    return {
      ...(store.now && { now: () => clock.now() }),
      ...(store.isShared !== undefined && { isShared: store.isShared }),
      create: (attempt) =>
        step("create", () => store.create(attempt).then(() => monitor.written(attempt)), true),
      get: (id) => step("get", () => store.get(id)),
      compareAndSet: (id, version, next) => {
        const set = async (): Promise<boolean> => {
          const isSet = await store.compareAndSet(id, version, next);
          if (isSet) monitor.written(next);
          return isSet;
        };
        return step(`compareAndSet to ${next.state.status}`, set, true);
      },
      findByTransaction: (id) => step("findByTransaction", () => store.findByTransaction(id)),
      subscribe: (id, listener) =>
        step("subscribe", () => store.subscribe(id, () => void (this.#dead || listener()))),
    };
  }
}

const pairingKeys = { keys: ["k".repeat(32)], rememberDays: rules.rememberMs / 86_400_000 };

function cookieHeader({ cookie, known }: Pick<CallRequest, "cookie" | "known">): { cookie?: string } {
  const cookies = [cookie, known].filter((one) => one !== undefined);
  return cookies.length > 0 ? { cookie: cookies.join("; ") } : {};
}

const never = new Promise<never>(() => undefined);

/** The number of turns of the event loop after which all work has happened that does not wait for something outside. */
const quietTurns = 4;

/** Counts the steps in progress. It tells when all of them wait, and decides which one continues. */
export class Activity {
  /**
   * Each step of a store, of `signIn` and of the Token Server waits for its turn. It comes at once; in a race the
   * scheduler decides when.
   */
  turn: (label: string) => Promise<void> = () => Promise.resolve();
  #underWay = 0;
  /** How many steps wait for their turn. */
  #held = 0;

  /** Begins a step. Returns a function that ends it. */
  begin(): () => void {
    this.#underWay += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#underWay -= 1;
      isOver = true;
    };
  }

  /** Waits for the turn of a step that has begun. */
  async hold(label: string): Promise<void> {
    this.#held += 1;
    await this.turn(label);
    this.#held -= 1;
  }

  /** Resolves when every step in progress waits for its turn. */
  async settle(): Promise<void> {
    for (let still = 0; still < quietTurns; still++) {
      await eventLoopTurn();
      if (this.#underWay > this.#held) still = -1;
    }
  }
}
