import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, test } from "node:test";
import type { Attempt, AttemptStore, Ticket } from "onegini-otp-login/server";
import { sha256 } from "../../../src/server/text/bytes.js";
import { knownCookieIn } from "./support/calls.js";
import { checkModel } from "./support/check-model.js";
import type { CallRequest, RedeemRequest, Sabotage } from "./support/node.js";
import { memory } from "./support/stores.js";

/** In place of the path of a call of the login API. */
const toRedeem = "redeem";

/** Each of these defects breaks one promise of the kit. The model must find it with the message `says`. */
const broken: Record<string, { says: RegExp } & Sabotage> = {
  "two servers that both claim an attempt": {
    blind: true,
    says: /was written twice/,
    store: (store) => ({
      ...store,
      // No comparison: the last writer wins.
      async compareAndSet(id, _version, next) {
        const now = await store.get(id);
        return now ? store.compareAndSet(id, now.version, next) : false;
      },
    }),
  },
  "an acceptance that follows a denial": {
    blind: true,
    says: /went from denied to /,
    store: writing((next) =>
      next.state.status === "denied" ? { ...next, state: { status: "pending" } } : next,
    ),
  },
  "an attempt that is pending again after it expired": {
    blind: true,
    says: /went from expired to /,
    store: writing((next) =>
      next.state.status === "expired" ? { ...next, state: { status: "pending" } } : next,
    ),
  },
  "a final status that changes in later answers": {
    blind: true,
    says: /was denied and is said to be pending/,
    call: everySecond("denied", "pending"),
  },
  "a login by another browser": {
    blind: true,
    says: /signIn ran for another browser/,
    ...forAnybody((path) => path.endsWith("/login")),
  },
  "a status that another browser can read": {
    says: /a stranger sees that .* exists/,
    ...forAnybody((path) => !isRedemption(path) && !path.endsWith("/login")),
  },
  "an answer that tells strangers which attempts exist": {
    says: /a stranger sees that .* exists/,
    call: async ({ path }, answer) => {
      const response = await answer();
      if (response.status === 404 && !path.includes("AAAA")) response.headers.set("x-known", "1");
      return response;
    },
  },
  "a login for a user whom the Token Server did not name": {
    blind: true,
    says: /signIn ran for mallory without an acceptance/,
    signIn: (login) => ({ ...login, userId: "mallory" }),
  },
  "a repeated login for another user": {
    blind: true,
    says: /signIn ran for \w+ and then for \w+/,
    signIn: otherUserTheSecondTime(),
  },
  "a login that can be repeated for longer than a minute": {
    blind: true,
    says: /signIn ran again [\d.]+ s after the login/,
    timeouts: { repeatSeconds: 61 },
  },
  "a ticket that two servers redeem": {
    blind: true,
    says: /was redeemed twice/,
    store: (store) => ({
      ...store,
      // The answer to the redemption's write is ignored.
      async compareAndSet(id, version, next) {
        const isSet = await store.compareAndSet(id, version, next);
        const stored = isSet ? undefined : await store.get(id);
        return isSet || (isRedeemed(next) && isRedeemed(stored));
      },
    }),
  },
  "a redemption that is not stored": {
    blind: true,
    says: /was redeemed twice/,
    store: writing(unredeemed),
  },
  "a login call that gives another ticket after the redemption": {
    blind: true,
    says: /was redeemed twice/,
    ...reading((path) => path.endsWith("/login"), unredeemed),
  },
  "a ticket that another browser can redeem": {
    blind: true,
    says: /was redeemed by another browser/,
    ...forAnybody(isRedemption),
  },
  "a ticket of a user whom the Token Server did not name": {
    blind: true,
    says: /was redeemed for mallory without an acceptance/,
    redeem: async (_request, redeem) => {
      const login = await redeem();
      return login && { ...login, userId: "mallory" };
    },
  },
  "a ticket that a newer one does not replace": {
    says: /No order of things explains\n.*redeem/,
    ...anyIssuedTicket(),
  },
  "a ticket that nobody issued": {
    blind: true,
    says: /was redeemed with a ticket that no page got/,
    ...anyTicket(),
  },
  "a ticket that can be redeemed a little longer than a minute": {
    blind: true,
    says: /was redeemed [\d.]+ s after its ticket was issued/,
    ...endingLater(1),
  },
  "a ticket whose time is a little too short": {
    says: /No order of things explains\n.*redeem/,
    ...endingLater(-1),
  },
  "an acceptance that can be claimed a little too long": {
    says: /No order of things explains/,
    timeouts: { claimSeconds: 120.001 },
  },
  "an accepted number that can be typed a little too long": {
    says: /No order of things explains/,
    timeouts: { pairingSeconds: 300.001 },
  },
  "a number that is not compared": {
    blind: true,
    says: /for \w+ without the number/,
    ...reading((path) => path.endsWith("/login"), withoutNumbers),
    pairing: { unnumbered: "allow" },
  },
  "a fourth number": {
    says: /No order of things explains\n.*login .* 403 wrong_number/,
    store: forgetting((state) => state.wrongNumbers === 2 && { ...state, wrongNumbers: 1 }),
  },
  "a wrong number that does not count": {
    says: /No order of things explains\n.*login .* 403 wrong_number/,
    store: forgetting((state) => state.wrongNumbers !== undefined && { ...state, wrongNumbers: 0 }),
  },
  "a number that counts again when it is repeated": {
    says: /No order of things explains\n.*login/,
    store: forgetting(({ lastNumber, ...state }) => lastNumber !== undefined && state),
  },
  "a relayed code without a number": {
    says: /No order of things explains\n.*login/,
    pairing: { unnumbered: "allow" },
  },
  "a browser that is known by another browser's cookie": {
    blind: true,
    says: /for \w+ without the number/,
    call: withNewestKnownCookie(),
  },
  "a browser that is known for too long": {
    blind: true,
    says: /for \w+ without the number/,
    pairing: { rememberDays: 1 },
  },
  "a grace that is a little too short": {
    says: /No order of things explains/,
    timeouts: { graceSeconds: 9.999 },
  },
  "an attempt that waits too long for a silent Token Server": {
    says: /No order of things explains/,
    timeouts: { silenceSeconds: 61 },
  },
  "an attempt that is never deleted": {
    says: /can be read after its time|No order of things explains/,
    store: writing((next) => ({ ...next, forgetAt: Number.MAX_SAFE_INTEGER })),
  },
  "a transaction that outlives its attempt in the store": {
    says: /what the store still holds/,
    store: (store) => ({
      ...store,
      async create(attempt) {
        await store.create(attempt);
        await store.create({ ...attempt, id: `${attempt.id} again`, forgetAt: Number.MAX_SAFE_INTEGER });
      },
      findByTransaction: async (id) => {
        const found = await store.findByTransaction(id);
        return found && store.get(found.id.replace(" again", ""));
      },
    }),
  },
};

/** The runs are the same each time, so that the result does not depend on chance. `MODEL_SEED` tries others. */
const seed = 3;

describe("the model notices", () => {
  for (const [what, { says, ...sabotage }] of Object.entries(broken)) {
    test(what, async (t) => {
      const { failed, message, runs } = await checkModel(t, memory, { runs: 3000, seed, sabotage });
      t.diagnostic(`after ${runs} runs`);
      assert.equal(failed, true, "it did not notice");
      assert.match(message, says);
    });
  }
});

/** A store that writes a changed attempt. */
function writing(change: (attempt: Attempt) => Attempt) {
  return (store: AttemptStore): AttemptStore => ({
    ...store,
    create: (attempt) => store.create(change(attempt)),
    compareAndSet: (id, version, next) => store.compareAndSet(id, version, change(next)),
  });
}

type Approved = Extract<Attempt["state"], { status: "approved" }>;

/** A store that writes an approved attempt without something that it should keep; `false`: it keeps all. */
function forgetting(change: (state: Approved) => Approved | false) {
  return writing((next) => {
    const changed = next.state.status === "approved" && change(next.state);
    return changed ? { ...next, state: changed } : next;
  });
}

function withoutNumbers(attempt: Attempt): Attempt {
  const transactions = attempt.transactions.map(({ id, endsAt, closed }) => ({ id, endsAt, closed }));
  return { ...attempt, transactions };
}

/** All browsers bring the cookie that one of them got last. */
function withNewestKnownCookie(): NonNullable<Sabotage["call"]> {
  let known: string | undefined;
  return async (request, answer) => {
    const response = await answer({ ...request, known });
    known = knownCookieIn(response.headers) ?? known;
    return response;
  };
}

/** What a call says about its browser, and the ticket that it brings. */
type Brought = Pick<CallRequest, "cookie"> & Partial<Pick<RedeemRequest, "ticket">>;

/** A kit that reads a changed attempt in some of its calls. */
function reading(
  isMeant: (path: string) => boolean,
  change: (attempt: Attempt, brought: Brought) => Attempt | Promise<Attempt>,
): Sabotage {
  // Calls run at the same time, each with a cookie of its own.
  const requests = new AsyncLocalStorage<Brought | undefined>();
  return {
    call: (request, answer) => requests.run(isMeant(request.path) ? request : undefined, answer),
    redeem: (request, redeem) => requests.run(isMeant(toRedeem) ? request : undefined, redeem),
    store: (store) => ({
      ...store,
      async get(id) {
        const attempt = await store.get(id);
        const brought = requests.getStore();
        return attempt && brought ? change(attempt, brought) : attempt;
      },
    }),
  };
}

/** A kit that accepts every cookie as the owner's, in some of its calls. */
function forAnybody(isMeant: (path: string) => boolean): Sabotage {
  return reading(isMeant, async (attempt, { cookie }) => {
    const secret = cookie?.split("=")[1];
    return secret ? { ...attempt, browser: await sha256(secret) } : attempt;
  });
}

function isRedemption(path: string): boolean {
  return path === toRedeem;
}

function ticketOf({ state }: Attempt): Ticket | undefined {
  return state.status === "completed" ? state.ticket : undefined;
}

function isRedeemed(attempt: Attempt | undefined): boolean {
  return attempt !== undefined && ticketOf(attempt)?.redeemedAt !== undefined;
}

/** An attempt with a changed ticket, if it has one. */
function withTicket(attempt: Attempt, change: (ticket: Ticket) => Ticket): Attempt {
  const { state } = attempt;
  if (state.status !== "completed" || !state.ticket) return attempt;
  return { ...attempt, state: { ...state, ticket: change(state.ticket) } };
}

function unredeemed(attempt: Attempt): Attempt {
  return withTicket(attempt, ({ hash, endsAt }) => ({ hash, endsAt }));
}

/** A ticket that ends later when it is redeemed. Its attempt is deleted no later. */
function endingLater(ms: number): Sabotage {
  const { store = (inner) => inner, ...calls } = reading(isRedemption, (attempt) =>
    withTicket(attempt, (ticket) => ({ ...ticket, endsAt: ticket.endsAt + ms })),
  );
  return {
    ...calls,
    store: (inner) => ({
      ...store(inner),
      async compareAndSet(id, version, next) {
        const stored = isRedeemed(next) ? await inner.get(id) : undefined;
        return inner.compareAndSet(id, version, { ...next, forgetAt: stored?.forgetAt ?? next.forgetAt });
      },
    }),
  };
}

/** A kit that takes the ticket that is brought for the newest one. */
function anyTicket(isMeant: (hash: string) => boolean = () => true): Sabotage {
  return reading(isRedemption, async (attempt, { ticket: brought = "" }) => {
    const hash = await sha256(brought.split(".")[1] ?? "");
    return isMeant(hash) ? withTicket(attempt, (ticket) => ({ ...ticket, hash })) : attempt;
  });
}

/** A kit that takes every ticket that was issued for the newest one. */
function anyIssuedTicket(): Sabotage {
  const issued = new Set<string>();
  const { store = (inner) => inner, ...calls } = anyTicket((hash) => issued.has(hash));
  const noting = writing((attempt) => {
    const ticket = ticketOf(attempt);
    if (ticket) issued.add(ticket.hash);
    return attempt;
  });
  return { ...calls, store: (inner) => noting(store(inner)) };
}

function everySecond(status: string, told: string): NonNullable<Sabotage["call"]> {
  let count = 0;
  return async (_request, answer) => {
    const response = await answer();
    const text = await response.clone().text();
    if (!text.includes(`"status":"${status}"`) || count++ % 2 === 0) return response;
    return new Response(text.replace(status, told), response);
  };
}

function otherUserTheSecondTime(): NonNullable<Sabotage["signIn"]> {
  const known = new Set<string>();
  return (login) => {
    if (known.has(login.attempt)) return { ...login, userId: login.userId === "alice" ? "bob" : "alice" };
    known.add(login.attempt);
    return login;
  };
}
