import type { AttemptStore } from "onegini-otp-login/server";
import { nodeTransport } from "../../../../src/node/node-transport.js";
import { createLoginKit } from "../../../../src/server/kit.js";
import type { LoginKit } from "../../../../src/server/login-kit.js";
import { systemRuntime, type Runtime } from "../../../../src/server/runtime.js";
import type { Transport } from "../../../../src/server/token-server/transport.js";
import type { Activity } from "./activity.js";
import { rules } from "./attempt-state.js";
import type { ModelClock } from "./clock.js";
import type { Monitor } from "./monitor.js";
import type { Sabotage } from "./sabotage.js";

export const origin = "https://www.example.test";

/** What a call to the kit carries to `signIn`. */
export interface CallContext {
  signInThrows: boolean;
}

export interface NodeParts {
  index: number;
  store: AttemptStore;
  tokenServerUrl: string;
  clock: ModelClock;
  monitor: Monitor;
  activity: Activity;
  sabotage: Sabotage;
}

/** One server of the site: a kit that can die at any moment, and is then heard of no more. */
export class Node {
  readonly kit: LoginKit<CallContext>;
  /** Resolves when it dies. */
  readonly death: Promise<undefined>;
  readonly #parts: NodeParts;
  #dead = false;
  #die: () => void = () => undefined;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.death = new Promise((resolve) => (this.#die = () => resolve(undefined)));
    const { activity, clock, index, monitor, sabotage, store, tokenServerUrl } = parts;
    this.kit = createLoginKit<CallContext>(
      {
        origin,
        tokenServer: {
          url: tokenServerUrl,
          clientId: "site",
          clientSecret: "site-secret",
          type: "qr-code",
        },
        store: this.#mortal(sabotage.store?.(store) ?? store),
        // Thousands of steps a second meet them, and who waits for a turn waits in the model's time.
        limits: {
          startsPerAddress: false,
          startsPerBrowser: false,
          tokenServerCalls: false,
          transactionsPerAttempt: rules.codesPerAttempt,
        },
        timeouts: { ...sabotage.timeouts },
        transport: (call) => this.#transport(call),
        signIn: async ({ userId, attempt, request, context }) => {
          const login = { userId, attempt, cookie: request.headers.get("cookie") };
          monitor.signIn(sabotage.signIn?.(login) ?? login);
          await activity.turn(`server ${index} signs in`);
          if (this.#dead) return never;
          if (context.signInThrows) throw new Error("The site's session store is down");
          return Response.json({ user: userId, attempt });
        },
        onEvent: (event) => void (this.#dead || monitor.event(event)),
      },
      {
        now: () => clock.now(),
        after: (delayMs, task) => this.#after(delayMs, task),
        random: (length) => systemRuntime.random(length),
      },
    );
  }

  die(): void {
    this.#dead = true;
    this.#die();
  }

  readonly #after: Runtime["after"] = (delayMs, task) => {
    // What is due at once is under way; what is due later is not, or nothing would ever come to rest.
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

  /** As the Node adapter's, and counted. A dead server calls nobody. */
  readonly #transport: Transport = (call) => {
    if (this.#dead) return never;
    const over = this.#parts.activity.begin();
    const answer = nodeTransport(call);
    answer.then(over, over);
    return answer;
  };

  /** What a dead server asked of the store is never answered. */
  #mortal(store: AttemptStore): AttemptStore {
    const { activity, clock, index, monitor } = this.#parts;
    const step = async <T>(name: string, run: () => Promise<T>, isWrite = false): Promise<T> => {
      await activity.turn(`server ${index}: ${name}`);
      if (this.#dead) return never;
      const over = activity.begin();
      const value = await run().finally(over);
      // So that it may die between the change and its hearing of it.
      if (isWrite) await activity.turn(`server ${index} hears of its ${name}`);
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

const never = new Promise<never>(() => undefined);
