import type { Claims } from "./defence.js";

/** Callbacks, calls to the Token Server, and secrets. */
export const tokenServer: Claims = {
  "test/unit/server/token-server/token-server-client.test.ts": {
    "A login takes is_authenticated: true, as a boolean": {
      threat: "forged-result",
      asvs: ["15.3.5"],
      at: "src/server/token-server/token-server-answers.ts: Result",
      replace: ['.boolean("true or false")', ".any()"],
      title: "is reported and decides nothing: …",
    },
    "A login takes is_authenticated: true, whoever the answer names": {
      threat: "forged-result",
      asvs: ["2.2.1"],
      at: "src/server/token-server/token-server-answers.ts: parseResult",
      replace: ["is_authenticated", "is_authenticated || isText(output.user_id)"],
      title: "is no approval without is_authenticated, although it names a user",
    },
    "The transaction is the one asked for": {
      threat: "forged-result",
      asvs: ["2.2.3"],
      at: "src/server/token-server/token-server-answers.ts: parseResult",
      replace: ["output.transaction_id !== transactionId", "transactionId === undefined"],
      title: "is reported and decides nothing: …",
    },
    "A login takes a user": {
      threat: "forged-result",
      asvs: ["2.2.1"],
      at: "src/server/token-server/token-server-answers.ts: parseResult",
      replace: [
        'isText(userId) ? parsed({ kind: "approved", userId })',
        'output !== undefined ? parsed({ kind: "approved", userId: String(userId) })',
      ],
      title: "is reported and decides nothing: …",
    },
    "Ids with .., / or ? are rejected in the Token Server's answer": {
      threat: "ssrf",
      asvs: ["1.3.6"],
      at: "src/server/token-server/token-server-answers.ts: Started",
      replace: ["TransactionId", "v.string()"],
      title: "is 503 with Retry-After, without the Token Server's text, if it …",
    },
    "Ids with .., / or ? are rejected: the pattern": {
      threat: "ssrf",
      asvs: ["1.3.6"],
      at: "src/server/token-server/token-server-answers.ts: TransactionId",
      replace: ["/^\\w[\\w.:~-]{0,127}$/", "/^[^]+$/"],
      title: "is 503 with Retry-After, without the Token Server's text, if it …",
    },
    "An answer of more than 64 KiB is rejected": {
      threat: "floods",
      asvs: ["15.2.2"],
      at: "src/server/token-server/token-server-client.ts: maxAnswerBytes",
      value: "Infinity",
      title: "may answer 65,536 bytes and no more",
    },
    "Of the Token Server's words at most 300 characters are logged": {
      threat: "log-flood",
      asvs: ["16.2.5"],
      at: "src/server/token-server/client-credentials.ts: redactor",
      remove: ".slice(0, maxCharacters)",
      title: "is reported with at most 300 characters of the Token Server's words",
    },
  },
  "test/unit/server/endpoints/callback-endpoint.test.ts": {
    "A callback needs Basic authentication if it is set": {
      threat: "forged-callback",
      asvs: ["13.2.1"],
      at: "src/server/endpoints/routes.ts: Routes.constructor",
      remove: "await authenticateCallback(…);",
      title: "answers … with 401 and leads to no result call",
    },
    "Basic authentication is checked before the body is read": {
      threat: "forged-callback",
      asvs: ["13.2.1"],
      at: "src/server/endpoints/routes.ts: Routes.constructor",
      replace: [
        `await authenticateCallback(call.request, callbackCredentials);
      return callback.answer(call, await readJsonObject(call.request, bodyLimits, core.runtime))`,
        `const body = await readJsonObject(call.request, bodyLimits, core.runtime);
      await authenticateCallback(call.request, callbackCredentials);
      return callback.answer(call, body)`,
      ],
      title: "is checked before the body is read",
    },
    "The callback's credentials are compared over hashes of both": {
      threat: "oracle",
      asvs: [],
      at: "src/server/endpoints/callback-endpoint.ts: authenticateCallback",
      replace: [
        "timingSafeEqual(joined(given), joined({ username, password }))",
        "Promise.resolve(joined(given) === joined({ username, password }))",
      ],
      title: "takes the same steps for every wrong password: it compares hashes of both, whole",
    },
    "Ids with .., / or ? are rejected in a callback": {
      threat: "ssrf",
      asvs: ["1.3.6"],
      at: "src/server/endpoints/callback-endpoint.ts: CallbackEndpoint.answer",
      replace: ["isTransactionId(transactionId)", "transactionId"],
      title: "for an unknown transaction is answered 204 and leads to no result call",
    },
  },
  "test/unit/server/endpoints/threats.test.ts": {
    "From the sixth forged callback on the kit asks at most every two seconds": {
      threat: "forged-callback",
      asvs: ["2.4.1"],
      at: "src/server/live/result-schedule.ts: nextCall",
      replace: [
        "callback.calls < maxPromptCallbacks ? -Infinity : lastBeganAt(calls) + minPauseMs",
        "-Infinity",
      ],
      title: "leads to a few result calls, and then to one every two seconds",
    },
    "Forged callbacks do not stop the kit from following a true one": {
      threat: "forged-callback",
      asvs: ["15.2.2"],
      at: "src/server/live/result-schedule.ts: nextCall",
      replace: ["lastBeganAt(calls) + minPauseMs", "Infinity"],
      title: "does not stop the kit from following a true callback",
    },
    "The answer to a callback is the same for every transaction": {
      threat: "oracle",
      asvs: ["8.2.2"],
      at: "src/server/endpoints/callback-endpoint.ts: CallbackEndpoint.answer",
      replace: [
        "void this.#pending.add(answered.then(() => this.#follow(callback)))",
        `return this.#live
        .callback(transactionId)
        .then((attempt) => (attempt ? emptyResponse() : new Response(null, { status: 404 }))) as never`,
      ],
      title: "is the same to the byte for unknown, pending, accepted and other browsers' transactions",
    },
    "A callback is answered before the kit asks for anything": {
      threat: "oracle",
      asvs: ["8.2.2"],
      at: "src/server/endpoints/callback-endpoint.ts: CallbackEndpoint.answer",
      replace: [
        "void this.#pending.add(answered.then(() => this.#follow(callback)))",
        `return this.#follow(callback)
        .then(() => this.#live.settled())
        .then(() => emptyResponse()) as never`,
      ],
      title: "does not wait for the result call, so that its time tells nothing",
    },
    "Values for the Token Server are form-encoded": {
      threat: "injection",
      asvs: ["1.2.2", "15.3.7"],
      at: "src/server/token-server/token-server-client.ts: TokenServerClient.#callWith",
      replace: ["body: form.toString()", 'body: [...form].map((pair) => pair.join("=")).join("&")'],
      title: "add no parameter to the start call to the Token Server",
    },
  },
  "test/unit/server/endpoints/scanned.test.ts": {
    "Ids with .., / or ? are rejected in a scan": {
      threat: "ssrf",
      asvs: ["1.3.6"],
      at: "src/server/endpoints/scanned.ts: markScanned",
      remove: "|| !isTransactionId(transactionId)",
      title: "is not looked up in the store if its id cannot be a transaction's",
    },
  },
  "test/unit/server/options.test.ts": {
    "tokenServer.url is checked at creation": {
      threat: "ssrf",
      asvs: ["13.2.4"],
      at: "src/server/text/safe-url.ts: isAddress",
      replace: ["isSafe(url)", "url !== undefined"],
      title: "wrong options",
    },
    "No error contains the value of an option": {
      threat: "leaks",
      asvs: ["16.5.1"],
      at: "src/server/checked-options.ts: checkedOptions",
      replace: ["{problem}; expected", "{problem}: ${String(valueAt(value, keys))}; expected"],
      title: "no error contains a value, which may be a secret",
    },
  },
  "test/unit/server/token-server/transport.test.ts": {
    "The kit follows no redirect": {
      threat: "ssrf",
      asvs: ["15.3.2", "1.3.6"],
      at: "src/server/token-server/transport.ts: fetchTransport",
      remove: 'redirect: "manual",',
      title: "follows no redirect",
    },
  },
  "test/e2e/login/login.test.ts": {
    "The phone shows the device where the login comes from": {
      threat: "relayed-code",
      asvs: [],
      at: "src/server/token-server/token-server-client.ts: TokenServerClient.start",
      remove: "user_agent: userAgent,",
      title: "shows the site's message, the device and the location on the phone",
    },
  },
  "test/unit/server/endpoints/secrets.test.ts": {
    "The Token Server's words are logged without the client's secret": {
      threat: "leaks",
      asvs: ["16.2.5"],
      at: "src/server/token-server/redaction.ts: withoutSecrets",
      remove: '.replace(ownSecret, (_found, word?: string) => word ?? "[secret]")',
      title: "put no secret into the log, another browser's answers or an address",
    },
    "The Token Server's words are written to the console without the client's secret": {
      threat: "leaks",
      asvs: ["16.2.5"],
      at: "src/server/token-server/redaction.ts: withoutSecrets",
      remove: '.replace(ownSecret, (_found, word?: string) => word ?? "[secret]")',
      title: "put no secret into the console without onEvent, with the client's secret in the form",
    },
    "The Token Server's words are logged without anything that looks like a code": {
      threat: "leaks",
      asvs: ["16.2.5"],
      at: "src/server/token-server/redaction.ts: withoutSecrets",
      remove: ".replace(secretPattern, withoutKeys)",
      title: "put no secret into the log, another browser's answers or an address",
    },
  },
  "test/unit/server/token-server/client-credentials.test.ts": {
    "The client's secret is not logged in any form: as it is": {
      threat: "leaks",
      asvs: ["16.2.5"],
      at: "src/server/token-server/redaction.ts: formsOf",
      remove: "secret,",
      title: "are logged without the client's secret …",
    },
    "The client's secret is not logged in any form: in JSON": {
      threat: "leaks",
      asvs: ["16.2.5"],
      at: "src/server/token-server/redaction.ts: formsOf",
      remove: "JSON.stringify(secret).slice(1, -1),",
      title: "are logged without the client's secret …",
    },
    "The client's secret is not logged in any form: percent-encoded": {
      threat: "leaks",
      asvs: ["16.2.5"],
      at: "src/server/token-server/redaction.ts: formsOf",
      remove: "encodeURIComponent(secret),",
      title: "are logged without the client's secret …",
    },
    "The client's secret is not logged in any form: form-encoded": {
      threat: "leaks",
      asvs: ["16.2.5"],
      at: "src/server/token-server/redaction.ts: formsOf",
      remove: "formEncode(secret),",
      title: "are logged without the client's secret …",
    },
    "The client's secret is not logged in any form: as it is sent": {
      threat: "leaks",
      asvs: ["16.2.5"],
      at: "src/server/token-server/client-credentials.ts: redactor",
      remove: "...headers,",
      title: "are logged without the client's secret …",
    },
    "The client's secret is not logged in pieces, with control characters between them": {
      threat: "leaks",
      asvs: ["16.2.5"],
      at: "src/server/token-server/redaction.ts: partedPattern",
      replace: ["(escapeForRegExp).join(`[${unseen}]*`)", '(escapeForRegExp).join("")'],
      title: "are logged without a secret that a line break or a control character parts",
    },
  },
  "test/resilience/redis/redis-secrets.test.ts": {
    "The cookie is stored only as its hash": {
      threat: "store-reader",
      asvs: ["14.2.4"],
      at: "src/server/text/bytes.ts: sha256",
      replace: [
        'base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))))',
        "text",
      ],
      title: "put no code and no cookie into Redis, and its password nowhere, … onEvent",
    },
  },
};
