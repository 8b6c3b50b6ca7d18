import fc from "fast-check";
import type { Pairing, Verdict } from "./attempt-state.js";
import type { StartMode } from "./token-server.js";

/** How many servers the site has. */
export const nodeCount = 3;

/** The caller: the browser that started the attempt, one of three browsers, or a caller without a valid cookie. */
export type Who = "owner" | 0 | 1 | 2 | "nobody" | "malformed";

/** The number that a browser posts: the one on the phone with a code, counted from the newest, a wrong one, or JSON's null. */
export type Typed = number | "none" | "null" | "wrong" | "another wrong";

/** A call on an attempt. `attempt` counts from the newest, `code` and `ticket` too; `node` is the server that answers. */
export type Call =
  | { do: "renew"; who: Who; node: number }
  | { do: "status"; who: Who; node: number }
  | { do: "login"; who: Who; node: number; number: Typed; throws: boolean }
  /** The site redeems a ticket of the attempt. A site with `signIn` has none: there its page logs in. */
  | { do: "redeem"; who: Who; node: number; ticket: number | "invented" }
  | { do: "callback"; node: number; code: number };

interface Acceptance {
  node: number;
  user: string;
  numbers: Typed[];
  redeemsOn: number[];
}

/** What a site is like during a run. */
export interface Site {
  /** Whether it takes logins over by tickets, in place of `signIn`. */
  handsOver: boolean;
  pairing: Pairing;
  /** Whether one server does not ask for the number yet. */
  isRolling: boolean;
}

/** One step of a run. Plain data, so that a counterexample can be read and shrunk. */
export type ModelStep =
  | { do: "start"; browser: 0 | 1 | 2; node: number }
  | { do: "call"; attempt: number; call: Call }
  /** A malformed callback, or one for an unknown transaction. */
  | { do: "forge a callback"; node: number; body: "unknown" | "malformed" }
  | { do: "result"; attempt: number; code: number; verdict: Verdict }
  /**
   * A phone accepts the newest code, and the page asks for the status. Perhaps it logs in, with several numbers, and the site
   * redeems the ticket on one or two servers at once. Perhaps all of it once more in the same browser, without a number.
   * Chance alone seldom gets so far.
   */
  | ({ do: "accept"; attempt: number; returns: boolean } & Acceptance)
  | { do: "Token Server"; starts: StartMode }
  | { do: "pass"; seconds: number }
  /** Moves time up to the next instant at which something of the attempt ends, or just before it. */
  | { do: "pass to an edge"; attempt: number; edge: number; before: boolean }
  | { do: "restart"; node: number }
  /** The browser loses its cookie, as after the site's logout. */
  | { do: "forget"; browser: 0 | 1 | 2 }
  /** Concurrent calls, with their steps in any order. One server may die meanwhile. */
  | { do: "race"; attempt: number; calls: Call[]; dies: number | undefined };

/** Records that are printed as object literals. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });

const node = fc.nat(nodeCount - 1);
const browser = fc.constantFrom(0 as const, 1 as const, 2 as const);
/** Mostly the newest attempt, so that several steps act on the same one. */
const attempt = fc.oneof({ arbitrary: fc.constant(0), weight: 4 }, { arbitrary: fc.nat(3), weight: 2 });
const code = fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(3), weight: 1 });

const who: fc.Arbitrary<Who> = fc.oneof(
  { arbitrary: fc.constant("owner" as const), weight: 7 },
  { arbitrary: browser, weight: 2 },
  { arbitrary: fc.constantFrom("nobody" as const, "malformed" as const), weight: 1 },
);

const user = fc.constantFrom("alice", "bob");

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  {
    arbitrary: record({
      kind: fc.constant("approve" as const),
      user,
    }),
    weight: 6,
  },
  { arbitrary: fc.constant({ kind: "deny" as const }), weight: 2 },
  {
    arbitrary: record({
      kind: fc.constant("close" as const),
      reason: fc.constantFrom(
        "failed_to_send" as const,
        "invalid_request" as const,
        "invalid_answer" as const,
      ),
    }),
    weight: 2,
  },
  { arbitrary: fc.constant({ kind: "wait" as const }), weight: 1 },
  { arbitrary: fc.constant({ kind: "another" as const }), weight: 1 },
  { arbitrary: fc.constant({ kind: "down" as const }), weight: 1 },
  { arbitrary: record({ kind: fc.constant("nonsense" as const), how: fc.nat(9) }), weight: 1 },
);

const number: fc.Arbitrary<Typed> = fc.oneof(
  { arbitrary: fc.constant(0), weight: 4 },
  { arbitrary: fc.nat(2), weight: 1 },
  { arbitrary: fc.constantFrom<Typed[]>("none", "null", "wrong", "another wrong"), weight: 4 },
);

const login: fc.Arbitrary<Call> = record({
  do: fc.constant("login" as const),
  who,
  node,
  number,
  throws: fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, { arbitrary: fc.constant(true), weight: 1 }),
});

const redeem: fc.Arbitrary<Call> = record({
  do: fc.constant("redeem" as const),
  who,
  node,
  ticket: fc.oneof(
    { arbitrary: fc.constant(0), weight: 6 },
    { arbitrary: fc.nat(2), weight: 2 },
    { arbitrary: fc.constant("invented" as const), weight: 1 },
  ),
});

const call: fc.Arbitrary<Call> = fc.oneof(
  { arbitrary: record({ do: fc.constant("renew" as const), who, node }), weight: 2 },
  { arbitrary: record({ do: fc.constant("status" as const), who, node }), weight: 3 },
  { arbitrary: login, weight: 3 },
  { arbitrary: redeem, weight: 5 },
  { arbitrary: record({ do: fc.constant("callback" as const), node, code }), weight: 3 },
);

const step: fc.Arbitrary<ModelStep> = fc.oneof(
  { arbitrary: record({ do: fc.constant("start" as const), browser, node }), weight: 3 },
  { arbitrary: record({ do: fc.constant("call" as const), attempt, call }), weight: 12 },
  {
    arbitrary: record({
      do: fc.constant("race" as const),
      attempt,
      calls: fc.oneof(
        { arbitrary: fc.array(call, { minLength: 2, maxLength: 3 }), weight: 2 },
        // Once more for what must happen once.
        { arbitrary: fc.array(fc.oneof(login, redeem), { minLength: 2, maxLength: 3 }), weight: 1 },
      ),
      dies: fc.option(node, { nil: undefined, freq: 4 }),
    }),
    weight: 3,
  },
  { arbitrary: record({ do: fc.constant("result" as const), attempt, code, verdict }), weight: 6 },
  {
    arbitrary: record({
      do: fc.constant("accept" as const),
      attempt,
      node,
      user,
      numbers: fc.oneof(
        { arbitrary: fc.array(number, { maxLength: 3 }), weight: 3 },
        { arbitrary: fc.constant<Typed[]>(["wrong", "another wrong", "wrong", 0]), weight: 1 },
      ),
      redeemsOn: fc.array(node, { maxLength: 2 }),
      returns: fc.boolean(),
    }),
    weight: 3,
  },
  {
    arbitrary: record({
      do: fc.constant("forge a callback" as const),
      node,
      body: fc.constantFrom("unknown" as const, "malformed" as const),
    }),
    weight: 1,
  },
  {
    arbitrary: record({
      do: fc.constant("Token Server" as const),
      starts: fc.constantFrom("started" as const, "started" as const, "down" as const, "refused" as const),
    }),
    weight: 1,
  },
  {
    arbitrary: record({
      do: fc.constant("pass" as const),
      seconds: fc.constantFrom(1, 2, 5, 15, 40, 70, 130),
    }),
    weight: 3,
  },
  {
    arbitrary: record({
      do: fc.constant("pass to an edge" as const),
      attempt,
      edge: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(3), weight: 1 }),
      before: fc.boolean(),
    }),
    weight: 3,
  },
  { arbitrary: record({ do: fc.constant("restart" as const), node }), weight: 1 },
  { arbitrary: record({ do: fc.constant("forget" as const), browser }), weight: 1 },
);

/** The minimum of steps in a run. Only shrunk counterexamples have fewer. */
const minSteps = 30;
const maxSteps = 40;

class Steps extends fc.Arbitrary<ModelStep[]> {
  readonly #long = fc.array(step, { minLength: minSteps, maxLength: maxSteps });
  readonly #any = fc.array(step, { maxLength: maxSteps, size: "max" });

  override generate(mrng: fc.Random, biasFactor: number | undefined): fc.Value<ModelStep[]> {
    return this.#long.generate(mrng, biasFactor);
  }

  override canShrinkWithoutContext(value: unknown): value is ModelStep[] {
    return this.#any.canShrinkWithoutContext(value);
  }

  override shrink(value: ModelStep[], context: unknown): fc.Stream<fc.Value<ModelStep[]>> {
    return this.#any.shrink(value, context);
  }
}

export const steps: fc.Arbitrary<ModelStep[]> = new Steps();

export const site: fc.Arbitrary<Site> = record({
  handsOver: fc.boolean(),
  pairing: fc.constantFrom("off" as const, "unknown-browsers" as const, "always" as const),
  isRolling: fc.boolean(),
});
