import type { ApprovedState, CompletedState } from "../store/attempt.js";

/* Who may claim a login with the number on the phone, and who without. */

/** What a browser that claims a login has to show for itself, as the kit sees it that decides. */
export type BrowserProof =
  /** This kit has no `pairing`: it claims no code that has a number. */
  | { readonly kind: "not_asked" }
  /** The user has logged in there before. */
  | { readonly kind: "known" }
  /** Nothing: its page is to ask for the number. A code without one is claimed only if the site allows that. */
  | { readonly kind: "none"; readonly allowsUnnumbered?: boolean }
  /** The number that was typed, as the codes that each key makes of it, the first key's first. */
  | { readonly kind: "number"; readonly codes: readonly string[] }
  /** There were too many wrong numbers of this user, in this browser or from this address. */
  | ({ readonly kind: "limited" } & LimitReached)
  /** The user's browsers were forgotten after the acceptance. */
  | { readonly kind: "revoked" };

/** Of what there were too many wrong numbers, and for how long that counts. */
export interface LimitReached {
  readonly by: "user" | "browser" | "address";
  readonly retryAfterMs: number;
}

/** The third wrong number ends the attempt. */
export const maxWrongNumbers = 3;

/** Why a login is refused for good. */
export type Refusal =
  | { readonly because: "wrong_numbers" | "revoked" | "unnumbered" }
  | { readonly because: "limit"; readonly limit: LimitReached };

interface Question {
  readonly isNew: boolean;
  readonly next: ApprovedState;
  readonly triesLeft: number;
}

/** What the rule says of a claim. */
export type NumberOutcome =
  /** `browser`: whether the user is known there, or typed the number there. Missing without a number. */
  | { readonly kind: "allowed"; readonly browser?: CompletedState["browser"] }
  /** The page has to ask for the number. `isNew`: for the first time. `next`: the state then. */
  | ({ readonly kind: "asked" } & Question)
  /** The number is wrong. `isNew`: it counts, because it was not posted before. */
  | ({ readonly kind: "wrong" } & Question)
  /** The attempt fails. */
  | ({ readonly kind: "refused" } & Refusal)
  /** Only a server with `pairing` can tell. */
  | { readonly kind: "unavailable" };

/**
 * What a browser that claims a login is to be told.
 *
 * @param code that of the number on the phone; undefined if the accepted code has none
 */
export const numberOutcome = (
  state: ApprovedState,
  code: string | undefined,
  proof: BrowserProof,
): NumberOutcome => (code === undefined ? withoutNumber(proof) : withNumber(state, code, proof));

/**
 * With `pairing`, a code without a number comes from a server that has none, and would let a relay in: only a browser that is
 * known needs no number.
 */
function withoutNumber(proof: BrowserProof): NumberOutcome {
  switch (proof.kind) {
    case "not_asked":
      return { kind: "allowed" };
    case "known":
      return { kind: "allowed", browser: "known" };
    case "none":
      return proof.allowsUnnumbered === true
        ? { kind: "allowed" }
        : { kind: "refused", because: "unnumbered" };
    case "revoked":
      return { kind: "refused", because: "revoked" };
    case "number":
    case "limited":
      return { kind: "refused", because: "unnumbered" };
    default:
      return proof satisfies never;
  }
}

/**
 * The code of the number is compared here, where it is counted too, so that no number of calls at the same time gets more tries.
 * It is no secret by itself, so how long the comparison takes tells nothing: nobody can make a code without the keys.
 */
function withNumber(state: ApprovedState, code: string, proof: BrowserProof): NumberOutcome {
  const { asked = false, wrongNumbers = 0, lastNumber } = state;
  const triesLeft = maxWrongNumbers - wrongNumbers;
  switch (proof.kind) {
    case "not_asked":
      return { kind: "unavailable" };
    case "known":
      return { kind: "allowed", browser: "known" };
    case "none":
      return { kind: "asked", isNew: !asked, next: { ...state, asked: true }, triesLeft };
    case "number": {
      if (proof.codes.includes(code)) return { kind: "allowed", browser: "new" };
      // Its answer was lost, and the page posts it again.
      if (lastNumber !== undefined && proof.codes.includes(lastNumber))
        return { kind: "wrong", isNew: false, next: state, triesLeft };
      if (triesLeft <= 1) return { kind: "refused", because: "wrong_numbers" };
      const [newest = ""] = proof.codes;
      const next = { ...state, asked: true, wrongNumbers: wrongNumbers + 1, lastNumber: newest };
      return { kind: "wrong", isNew: true, next, triesLeft: triesLeft - 1 };
    }
    case "limited": {
      const { by, retryAfterMs } = proof;
      return { kind: "refused", because: "limit", limit: { by, retryAfterMs } };
    }
    case "revoked":
      return { kind: "refused", because: "revoked" };
    default:
      return proof satisfies never;
  }
}
