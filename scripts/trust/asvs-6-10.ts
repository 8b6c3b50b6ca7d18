import type { Apart, Requirement } from "./requirement.js";

/** V6 to V10: authentication, sessions, rights, tokens, OAuth. */
export const authenticationAndSessions = {
  apply: {
    "6.1.1": {
      what: "Limits of guessing are documented, and lock nobody out by malice",
      met: "known browsers, offices and single acceptances are not locked out; [the limits](../kit-reference.md#limits) are documented",
      notMet:
        'four acceptances of a victim shut that victim out of new browsers until the full hour (of all, with `when: "always"`)',
    },
    "6.1.3": {
      what: "All ways to log in are documented",
      site: "its other ways to log in, and their strength",
    },
    "6.3.1": {
      what: "Controls against guessing",
      met: "with `pairing`: ten wrong numbers of a user in an hour. Without it there is nothing to guess",
      site: "the app's PIN or biometrics, which the vendor's SDK and the Token Server guard",
    },
    "6.3.2": {
      what: "No default accounts",
      fact: "there are no accounts here; the demo and the emulator are [not for production](../../SECURITY.md)",
    },
    "6.3.3": {
      what: "Multi-factor authentication",
      site: "one factor is the enrolled phone. Accept takes no PIN, so [the second one](regulation.md#what-is-the-second-element) is the app's unlock",
      notTested: "the app and the SDK are not ours",
    },
    "6.3.4": {
      what: "All ways to log in are equally strong",
      met: "no server claims a code with a number without asking for it",
      site: "its other ways to log in. A login that begins and is claimed at a server without `pairing` has no number",
    },
    "6.4.4": {
      what: "A lost factor takes a new proof of identity",
      site: "enrolling a new phone, in the app",
    },
    "6.5.1": {
      what: "Codes work once",
      met: "an attempt is claimed once, and a ticket redeemed once. The emulator's phone answers a code once",
      site: "the same of the Token Server, which is its vendor's rule",
    },
    "6.5.2": {
      what: "Short secrets are stored as salted password hashes",
      met: "a ticket of 256 random bits is stored as SHA-256; the number as an HMAC with the site's key",
      notMet:
        "to the letter: the number's HMAC is no password hash. Who has the key and the store can try all numbers",
    },
    "6.5.3": {
      what: "Codes are random",
      met: "tickets and numbers come from the system's generator; each number is equally likely",
      site: "the OTP, which the Token Server makes",
    },
    "6.5.4": {
      what: "Out-of-band codes have 20 bits",
      notMet:
        "four digits, the default of `pairing`, are 13.3 bits. `digits: 6` are 19.9, which ASVS calls typically sufficient",
    },
    "6.5.5": {
      what: "Codes expire, within ten minutes",
      met: "two minutes after the acceptance, five for the number, 60 s for a ticket",
      site: "the life of a code in [the Token Server's type](../token-server.md#3-create-a-mobile-authentication-type): we suggest two minutes",
    },
    "6.6.2": {
      what: "A code is bound to its request",
      met: "an attempt and a ticket to their browser, a number to its code. A relayed code alone logs nobody in, with `pairing`",
      notMet:
        "without `pairing`, the default, nothing binds the acceptance to the screen of the person who accepts",
    },
    "6.6.3": {
      what: "Codes are limited against guessing",
      met: "three tries, ten wrong numbers of a user and of a browser in an hour",
      notMet: "the 64 bits that ASVS suggests",
    },
    "6.8.4": {
      what: "Strength and time of another provider's login are checked",
      fact: "the result names no factor: count [possession alone](regulation.md#what-is-the-second-element)",
      site: "that decision",
    },
    "7.1.1": { what: "Life of a session is documented", site: "its sessions" },
    "7.1.2": { what: "Number of sessions is documented", site: "its sessions" },
    "7.1.3": {
      what: "Systems that make sessions are documented",
      site: "its sessions; [a ticket](../kit.md#a-ticket-in-place-of-signin) begins one",
    },
    "7.2.1": { what: "The server verifies a session", site: "its sessions" },
    "7.2.2": { what: "Sessions have tokens of their own", site: "its sessions" },
    "7.2.3": { what: "Tokens of 128 random bits", site: "its sessions. Shown for the demo" },
    "7.2.4": { what: "A login begins a new session", site: "`signIn`. Shown for the demo" },
    "7.3.1": { what: "A session ends when nobody uses it", site: "its sessions" },
    "7.3.2": { what: "A session ends in any case", site: "its sessions" },
    "7.4.1": {
      what: "What has ended cannot be used",
      met: "`kit.forget` ends a browser's attempts; revoked browsers, tickets and repetitions are void",
      site: "its sessions. Shown for the demo",
    },
    "7.4.2": {
      what: "Sessions of a disabled account end",
      site: "its sessions; [`POST /forget-browsers`](../serve.md#post-forget-browsers)",
    },
    "7.4.3": {
      what: "Other sessions can be ended when a factor changes",
      site: "[log out everywhere](../sessions.md#log-out-everywhere)",
    },
    "7.4.4": { what: "Logout is easy to find", site: "its pages" },
    "7.4.5": {
      what: "Operators can end sessions",
      met: "one call makes all known browsers unknown",
      site: "its sessions, [by their attempt](../kit.md#end-a-session-by-its-attempt)",
    },
    "7.5.1": { what: "A new login before sensitive changes", site: "its account pages" },
    "7.5.2": { what: "Users see and end their sessions", site: "its account pages" },
    "7.6.1": {
      what: "Sessions end as agreed with the provider",
      site: "its sessions: the Token Server ends none",
    },
    "7.6.2": {
      what: "No session without an action of the user",
      fact: "each login takes an acceptance on the phone ([the confirmation](../mobile-app.md#the-confirmation))",
      site: "an app that never accepts by itself",
    },
    "8.1.1": {
      what: "Rights are documented",
      fact: "[what each secret opens](../serve.md#what-each-secret-opens), [who has which secret](../security.md)",
      site: "its users' rights",
    },
    "8.2.1": {
      what: "Functions are for those with a right",
      met: "the internal port takes its secrets; the page must be a listed one",
      site: "its own functions",
    },
    "8.2.2": {
      what: "Data is for those with a right",
      met: "an attempt is its own browser's, and unknown to all others",
      site: "its own data",
    },
    "8.3.1": {
      what: "Rights are enforced on the server",
      fact: "the kit decides, [not the widget](../kit-reference.md#the-login-api)",
      site: "its own functions",
    },
    "8.4.1": {
      what: "Tenants are kept apart",
      met: "sites on one store know nothing of each other's attempts and limits",
      site: "a prefix for each stage",
    },
    "9.1.1": { what: "Tokens are verified before use", met: "the cookie of a known browser has an HMAC" },
    "9.1.2": { what: "Allowed algorithms only", fact: "HMAC-SHA-256 alone; the cookie names no algorithm" },
    "9.1.3": {
      what: "Keys come from the configuration",
      fact: "[`pairing.keys`](../kit-reference.md#pairing) alone",
    },
    "9.2.1": {
      what: "Tokens are checked against their time",
      met: "days, the epoch, and no cookie from the future",
    },
    "9.2.2": { what: "Tokens are for one purpose", met: "a ticket makes no browser known" },
    "9.2.3": { what: "Tokens are for one service", met: "known at one origin is not known at another" },
    "9.2.4": { what: "One key, several audiences", met: "the HMAC covers the origin" },
  },
  doNotApply: [
    {
      ids: [
        "6.1.2",
        "6.2.1",
        "6.2.2",
        "6.2.3",
        "6.2.4",
        "6.2.5",
        "6.2.6",
        "6.2.7",
        "6.2.8",
        "6.2.9",
        "6.2.10",
        "6.2.11",
        "6.2.12",
        "6.4.1",
        "6.4.2",
        "6.4.3",
      ],
      why: "there are no passwords, activation codes or secret questions. Those of the site's other logins are the site's",
    },
    { ids: ["6.6.1"], why: "nothing is sent by telephone or SMS" },
    {
      ids: ["6.8.1", "6.8.2", "6.8.3"],
      why: "a kit has one Token Server, whose answer it asks for itself, over TLS. There are no signed assertions",
    },
    {
      ids: ["8.1.2", "8.2.3"],
      why: "no field of an answer has rights of its own: each call has one answer for its one caller",
    },
    {
      ids: [
        "10.1.1",
        "10.1.2",
        "10.2.1",
        "10.2.2",
        "10.3.1",
        "10.3.2",
        "10.3.3",
        "10.3.4",
        "10.4.1",
        "10.4.2",
        "10.4.3",
        "10.4.4",
        "10.4.5",
        "10.4.6",
        "10.4.7",
        "10.4.8",
        "10.4.9",
        "10.4.10",
        "10.4.11",
        "10.5.1",
        "10.5.2",
        "10.5.3",
        "10.5.4",
        "10.5.5",
        "10.6.1",
        "10.6.2",
        "10.7.1",
        "10.7.2",
        "10.7.3",
      ],
      why: "no authorization code, access token or ID token is issued, taken or stored. The kit calls two endpoints of the Token Server as a confidential client. What that server does for others is its vendor's",
    },
  ],
} as const satisfies { apply: Record<string, Requirement>; doNotApply: readonly Apart[] };
