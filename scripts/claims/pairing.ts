import type { Claims } from "./defence.js";

/** The number on the phone, and the browsers that do not need it. */
export const pairing: Claims = {
  "test/resilience/redis/relayed-code.test.ts": {
    "A relay that posts no number gets no session, on Redis": {
      at: "src/server/attempt/number-rule.ts: withNumber",
      replace: [
        '"asked", isNew: !asked, next: { ...state, asked: true }, triesLeft',
        '"allowed", browser: "new"',
      ],
      title: "a relay that posts no number logs in 0 of 500 times, though the victim accepts each code",
    },
    "Wrong numbers are counted for their user over all attempts and servers": {
      at: "src/server/login/wrong-numbers.ts: WrongNumbers.typed",
      replace: ["user?.count()", "undefined"],
      title:
        "a relay that guesses has ten tries of a user in the time of the limit, on both servers together",
    },
    "Three tries hold with many posts at once on two servers": {
      at: "src/server/attempt/number-rule.ts: withNumber",
      replace: ["<= 1", "< -1000"],
      title: "three tries hold with 50 posts at once on two servers",
    },
    "A reader of the store learns no number from their own attempts": {
      at: "src/server/pairing/number.ts: parts",
      replace: ["origin, attempt, nonce, number", "number"],
      title: "a reader of the store with attempts of their own learns no number",
    },
  },
  "test/unit/server/login/pairing.test.ts": {
    "Only the number of the accepted code logs in": {
      at: "src/server/attempt/claim.ts: complete",
      replace: ["acceptedTransaction(attempt, state)", "attempt.transactions.at(-1)"],
      title: "takes only the number of the code that was accepted",
    },
    "A number that nobody types is reported, also where the page that was asked never calls again": {
      at: "src/server/login/refused-claim.ts: refusedClaim",
      remove: "pairing?.asked.add(…);",
      title: "expires with a warning where the page … and never calls again",
    },
    "A browser that was forgotten is not known again by a repeated login": {
      at: "src/server/login/pairing.ts: Pairing.knownBrowserHeader",
      replace: ["(userId, claimedAt)", "(userId, this.#core.runtime.now())"],
      title: "a login that is repeated keeps the instant of its claim",
    },
    "An accepted code whose number nobody typed is a warning": {
      at: "src/server/attempt/attempts.ts: Attempts.#reportSettled",
      replace: ['before.status === "approved" && before.asked === true', "false"],
      title: "can be done for five minutes after the acceptance, and then expires, with a warning",
    },
    "A browser that was remembered within two minutes of a user's mark is not known": {
      at: "src/server/pairing/revocations.ts: parseKnownSince",
      remove: "+ marginMs",
      title:
        "a browser that logs in within two minutes of the instant is asked once more, because clocks differ",
    },
    "No browser is known from before the epoch": {
      at: "src/server/pairing/revocations.ts: parseKnownSince",
      replace: ["allMs, epochMs)", "-Infinity)"],
      title:
        "no browser is known from before the epoch, or from before all were forgotten, to the millisecond",
    },
    "A ticket alone makes no browser known": {
      at: "src/server/login/login-endpoint.ts: logIn",
      remove: "!ticket &&",
      title:
        "comes with the redemption of a ticket, not with the ticket, and the redemption tells which browser it was",
    },
    "An object that knownSince returns and nobody knows makes no browser known": {
      at: "src/server/pairing/revocations.ts: isKnownSince",
      replace: [
        `Object.keys(given).length > 0 &&
  Object.keys(given).every((name) => ["user", "all", "epoch"].includes(name))`,
        "true",
      ],
      title: "a function that … makes no browser known, and an event",
    },
    "A relayed code alone logs nobody in: the browser must send the number": {
      at: "src/server/attempt/number-rule.ts: withNumber",
      replace: [
        '"asked", isNew: !asked, next: { ...state, asked: true }, triesLeft',
        '"allowed", browser: "new"',
      ],
      title: "is asked for it in a browser in which the user has not logged in before, and done with it",
    },
    "A wrong number logs nobody in": {
      at: "src/server/attempt/number-rule.ts: withNumber",
      replace: ["includes(code)", "length > 0"],
      title: "has three tries, and fails with the third",
    },
    "Three tries hold with many posts at once": {
      at: "src/server/attempt/number-rule.ts: withNumber",
      replace: ["<= 1", "< -1000"],
      title: "makes three tries hold when fifty numbers are posted at once",
    },
    "A number that is posted again is not counted again": {
      at: "src/server/attempt/number-rule.ts: withNumber",
      replace: ["lastNumber !== undefined && proof.codes.includes(lastNumber)", "false"],
      title: "counts a wrong number once that is posted again, because its answer was lost",
    },
    "A user with too many wrong numbers is refused in new browsers": {
      at: "src/server/login/pairing.ts: Pairing.proofOf",
      replace: ["(reached)", "(false)"],
      title: "is refused in new browsers, with the time after which it goes on",
    },
    "A user with too many wrong numbers still logs in where the browser is known": {
      at: "src/server/login/pairing.ts: Pairing.proofOf",
      remove: 'return { proof: { kind: "known" } }',
      title: "goes on logging in where the browser is known",
    },
    "The number is in no event, also where the Token Server repeats the message": {
      at: "src/server/token-server/token-server-client.ts: withoutNumbers",
      replace: ['"[number]"', '"$&"'],
      title: "is in no answer, event or store, also where the Token Server repeats the message",
    },
    "A site's function that fails makes no browser known": {
      at: "src/server/login/pairing.ts: Pairing.proofOf",
      replace: ["?? Infinity", "?? -Infinity"],
      title: "a function that … makes no browser known, and an event",
    },
  },
  "test/unit/server/pairing/known-browsers.test.ts": {
    "A cookie whose name only looks like the known browser's is not read": {
      at: "src/server/pairing/known-browsers.ts: KnownBrowsers.#read",
      replace: ['.replace(/^[ \\t]+|[ \\t]+$/g, "")', ".trim()"],
      title: "is not known by a cookie whose name only looks like its own",
    },
    "Known browsers and open numbers outlive a change of the keys": {
      at: "src/server/pairing/signing-keys.ts: SigningKeys.verify",
      replace: [".includes(true)", "[0] === true"],
      title: "stays known while the keys change",
    },
    "Known for one user is not known for another": {
      at: "src/server/pairing/known-browsers.ts: KnownBrowser.#parts",
      replace: ["id, userId, issuedMs", "id, issuedMs"],
      title: "is not known for another user",
    },
    "Known at one origin is not known at another with the same keys": {
      at: "src/server/pairing/known-browsers.ts: KnownBrowser.#parts",
      replace: ['"known/1", this.#options.origin, id', '"known/1", id'],
      title: "is not known at another origin with the same keys",
    },
    "A cookie from the future is not known": {
      at: "src/server/pairing/known-browsers.ts: KnownBrowser.isKnown",
      remove: "issuedMs <= now + maxAheadMs &&",
      title: "is known a minute ahead of this server's clock, and no longer",
    },
    "A browser is forgotten after its days": {
      at: "src/server/pairing/known-browsers.ts: KnownBrowser.isKnown",
      remove: "now - issuedMs < rememberDays * dayMs &&",
      title: "is forgotten after its days, counted from the last login",
    },
    "A browser from before knownSince is not known": {
      at: "src/server/pairing/known-browsers.ts: KnownBrowser.isKnown",
      replace: ["issuedMs > knownAfterMs", "true"],
      title: "is not known if it logged in at or before the instant that the site names",
    },
    "A changed cookie is not known": {
      at: "src/server/pairing/known-browsers.ts: KnownBrowser.isKnown",
      remove: "isOf[index] === true &&",
      title: "is not known by a cookie that is …, and the next login begins a new one",
    },
    "A cookie that came twice is not known": {
      at: "src/server/pairing/known-browsers.ts: KnownBrowsers.#read",
      replace: ["=== 1", "> 0"],
      title: "is not known by a cookie that is …, and the next login begins a new one",
    },
  },
  "test/unit/service/serve/number.test.ts": {
    "The service reads its keys again, and a key that is gone makes nobody known": {
      at: "src/service/serve/create-kit.ts: pairingOf",
      replace: ['keys: () => secrets["pairing-keys"]', 'keys: settings["pairing-keys"]'],
      title: "stay known while the keys are rotated, on SIGHUP, and not after their key is gone",
    },
    "Browsers that the site forgets are unknown in the service": {
      at: "src/service/serve/create-kit.ts: pairingOf",
      remove: "...(forgotten && { knownSince: forgotten.since }),",
      title: "are unknown after /forget-browsers, for that user alone",
    },
    "A process that keeps its record in memory knows no browser after its start": {
      at: "src/service/serve/store/forgotten-browsers.ts: forgottenInMemory",
      replace: ["all, epoch", "all"],
      title: "are unknown after a restart, where they are kept in memory, until the next number",
    },
  },
  "test/resilience/redis/serve-number.test.ts": {
    "The service's processes forget the same browsers": {
      at: "src/service/serve/store/forgotten-browsers.ts: forgottenInRedis",
      replace: ["instant(user)", "undefined"],
      title: "browsers that one process forgets are unknown in all, and those of other users are not",
    },
    "The number is in nothing that the service writes": {
      at: "src/server/attempt/transitions.ts: openTransaction",
      replace: ["false, numberCode, numberDigits", "false, numberCode: `${numberCode} 047130`, numberDigits"],
      title: "is in no answer, log, metric, trace or key of Redis, as six fixed digits",
    },
  },
  "test/resilience/redis/forgotten-browsers.test.ts": {
    "A Redis that has lost its record knows no browser": {
      at: "src/service/serve/store/forgotten-browsers.ts: forgottenInRedis",
      replace: ["instant(epoch)", "undefined"],
      title: "also after …, and every other browser once",
    },
    "After an older copy was restored, one call makes all browsers unknown": {
      at: "src/service/serve/store/forgotten-browsers.ts: writeScript",
      remove: "write('epoch', epoch) write('all', all)",
      title: "after an older copy was restored: from the call for all on",
    },
    "A record that cannot be read makes browsers unknown": {
      at: "src/service/serve/store/forgotten-browsers.ts: forgottenInRedis",
      replace: ["now() + dayMs", "0"],
      title: "because it …, makes browsers unknown, ends nothing, and is never written over",
    },
    "A record of a newer format is never written over": {
      at: "src/service/serve/store/forgotten-browsers.ts: readFields",
      remove: "if format ~= '1' and not isNew then return 'unreadable' end",
      title: "because it …, makes browsers unknown, ends nothing, and is never written over",
    },
    "A mark that no replica has is not acknowledged": {
      at: "src/service/serve/store/replicated-writes.ts: replicatedWrites",
      replace: ["=== 0", "=== undefined"],
      title: "that does not answer is 503 within two seconds, and logins go on meanwhile",
    },
  },
  "test/resilience/redis/documented-redis.test.ts": {
    "The Redis of compose.yaml keeps revocations over a restart": {
      at: "docs/serve/container/compose.yaml",
      replace: ['- "yes"', '- "no"'],
      title: "keeps what it holds over a restart, and evicts nothing: …",
    },
  },
  "test/unit/server/login/number-required.test.ts": {
    "A code without a number logs in nowhere but where the user is known": {
      at: "src/server/attempt/number-rule.ts: withoutNumber",
      replace: ["proof.allowsUnnumbered === true", "true"],
      title: "logs in …: the attempt fails, and an event says why",
    },
    "A code without a number logs in nowhere with always": {
      at: "src/server/login/pairing.ts: Pairing.proofOf",
      remove: 'this.#settings.when !== "always" &&',
      title: "logs in nowhere with `always`",
    },
    "A server without pairing claims no code that has a number": {
      at: "src/server/attempt/number-rule.ts: withNumber",
      replace: ['"unavailable"', '"allowed"'],
      title: "is not claimed without it at a server that has no `pairing`, and waits there for one that has",
    },
    "A ticket of a server without pairing is not redeemed at one with it": {
      at: "src/server/login/pairing.ts: Pairing.redemptionRefusal",
      replace: ["!this.#allowsUnnumbered", "false"],
      title: "gives no login at a server with `pairing`, where the number is asked for",
    },
  },
  "test/resilience/redis/pairing-roll.test.ts": {
    "A code without a number logs in only while the site allows that, on Redis": {
      at: "src/server/attempt/number-rule.ts: withoutNumber",
      replace: ["proof.allowsUnnumbered === true", "true"],
      title:
        "a code without a number, from a server that does not have it yet, logs in only while the site allows that",
    },
    "A server without pairing claims no code that has a number, on Redis": {
      at: "src/server/attempt/number-rule.ts: withNumber",
      replace: ['"unavailable"', '"allowed"'],
      title:
        "a server without it logs in with no code that has a number, and the page gets in at one that has it",
    },
  },
  "test/unit/server/login/revoked.test.ts": {
    "Forgetting a user's browsers ends a login that was accepted before": {
      at: "src/server/login/pairing.ts: Pairing.proofOf",
      remove: 'return { proof: { kind: "revoked" } };',
      title: "fails a login that was accepted before, …",
    },
    "Forgetting a user's browsers ends the repetition of a login": {
      at: "src/server/attempt/claim.ts: repeat",
      remove: 'proof.kind === "revoked" ||',
      title: "ends the minute in which a login can be repeated",
    },
    "Forgetting a user's browsers voids their tickets": {
      at: "src/server/attempt/attempts.ts: Attempts.redeem",
      remove: "if (refused) return { attempt: found, refusal: refused };",
      title: "takes no ticket, and gives no new one",
    },
    "A known browser's ticket is not redeemed while the site cannot say whether it was forgotten": {
      at: "src/server/login/pairing.ts: Pairing.redemptionRefusal",
      replace: ['!revocation && browser === "known"', "false as boolean"],
      title: "keeps a known browser's ticket while the site cannot say whether it was forgotten",
    },
    "An attempt takes sixty login calls": {
      at: "src/server/login/asked-attempts.ts: AskedAttempts.call",
      remove: "if (…) return undefined;",
      title: "are sixty at most",
    },
  },
  "test/unit/server/login/wrong-numbers.test.ts": {
    "Wrong numbers are counted for the browser's cookie": {
      at: "src/server/login/wrong-numbers.ts: WrongNumbers.typed",
      replace: ["browser?.count()", "undefined"],
      title: "are ten in an hour, of all users together",
    },
    "Users with only wrong numbers are counted for the address": {
      at: "src/server/login/wrong-numbers.ts: Place.count",
      remove: "isReached ? this.#period.leftMs :",
      title: "are ten in an hour: then it is refused there, before the number is compared",
    },
    "What was given back does not outlive what it was given back for": {
      at: "src/server/login/wrong-numbers.ts: Period.constructor",
      replace: ["`${of}|${period}`", "of"],
      title: "give nothing back to the next hour",
    },
    "One accepted attempt locks its user out of nothing": {
      at: "src/server/login/pairing.ts: Pairing.proofOf",
      remove: "await typed?.notCounted();",
      title: "do not count what was not compared: one accepted attempt locks its user out of nothing",
    },
    "A count of wrong numbers that cannot be read is used up": {
      at: "src/server/login/wrong-numbers.ts: Period.typedWithout",
      remove: "isUnreadable(without) || isUnreadable(typed) ? Infinity :",
      title: "are used up where a count … cannot be read",
    },
    "A wrong number that comes again writes nothing": {
      at: "src/server/login/pairing.ts: Pairing.proofOf",
      remove: "&& !isRepeated",
      title: "are not written for a number that was wrong before, from whatever address it comes again",
    },
    "An office that mistypes is not locked out": {
      at: "src/server/login/wrong-numbers.ts: Place.right",
      remove: 'if (own.used === 1) await this.#period.count("right");',
      title: "do not lock out an office of a thousand people on its first day, of whom every fifth mistypes",
    },
    "Ten wrong numbers of a user hold, however many are posted at once": {
      at: "src/server/login/wrong-numbers.ts: Tries.count",
      replace: [
        'this.#leftMs(await this.#period.count("typed"), this.#period.limit)',
        '(await this.#period.count("typed"), undefined)',
      ],
      title: "are ten, however many accepted attempts are posted to at once",
    },
    "Ten users with wrong numbers at an address hold, however many post at once": {
      at: "src/server/login/wrong-numbers.ts: Place.count",
      remove: "isReached ? this.#period.leftMs :",
      title: "are ten, however many users' numbers are posted at once",
    },
  },
  "test/unit/server/pairing/number.test.ts": {
    "Only the number of the accepted code counts": {
      at: "src/server/pairing/number.ts: parts",
      replace: ["nonce, number", "number"],
      title: "the same number of another … has another code",
    },
    "Only digits of the right count are compared": {
      at: "src/server/pairing/number.ts: parseNumber",
      remove: "characters.length !== digits ||",
      title: "… is no number",
    },
    "Each number is equally likely": {
      at: "src/server/pairing/number.ts: createNumber",
      remove: "if (drawn < bound)",
      title: "a draw that would make some numbers likelier is repeated",
    },
  },
};
