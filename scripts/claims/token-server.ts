import type { Claims } from "./defence.js";

/** Callbacks, calls to the Token Server, and secrets. */
export const tokenServer: Claims = {
  "test/unit/server/token-server/token-server-client.test.ts": {
    "A login takes is_authenticated: true, as a boolean": {
      at: "src/server/token-server/token-server-answers.ts: Result",
      replace: ['.boolean("true or false")', ".any()"],
      title: "is reported and decides nothing: …",
    },
    "A login takes is_authenticated: true, whoever the answer names": {
      at: "src/server/token-server/token-server-answers.ts: parseResult",
      replace: ["is_authenticated", "is_authenticated || isText(output.user_id)"],
      title: "is no approval without is_authenticated, although it names a user",
    },
    "The transaction is the one asked for": {
      at: "src/server/token-server/token-server-answers.ts: parseResult",
      replace: ["output.transaction_id !== transactionId", "transactionId === undefined"],
      title: "is reported and decides nothing: …",
    },
    "A login takes a user": {
      at: "src/server/token-server/token-server-answers.ts: parseResult",
      replace: [
        'isText(userId) ? parsed({ kind: "approved", userId })',
        'output !== undefined ? parsed({ kind: "approved", userId: String(userId) })',
      ],
      title: "is reported and decides nothing: …",
    },
    "Ids with .., / or ? are rejected in the Token Server's answer": {
      at: "src/server/token-server/token-server-answers.ts: Started",
      replace: ["TransactionId", "v.string()"],
      title: "is 503 with Retry-After, without the Token Server's text, if it …",
    },
    "Ids with .., / or ? are rejected: the pattern": {
      at: "src/server/token-server/token-server-answers.ts: TransactionId",
      replace: ["/^\\w[\\w.:~-]{0,127}$/", "/^[^]+$/"],
      title: "is 503 with Retry-After, without the Token Server's text, if it …",
    },
    "An answer of more than 64 KiB is rejected": {
      at: "src/server/token-server/token-server-client.ts: maxAnswerBytes",
      value: "Infinity",
      title: "may answer 65,536 bytes and no more",
    },
    "Of the Token Server's words at most 300 characters are logged": {
      at: "src/server/token-server/client-credentials.ts: redactor",
      remove: ".slice(0, maxCharacters)",
      title: "is reported with at most 300 characters of the Token Server's words",
    },
  },
  "test/unit/server/endpoints/callback-endpoint.test.ts": {
    "A callback needs Basic authentication if it is set": {
      at: "src/server/endpoints/routes.ts: Routes.constructor",
      remove: "await authenticateCallback(…);",
      title: "answers … with 401 and leads to no result call",
    },
    "Basic authentication is checked before the body is read": {
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
      at: "src/server/endpoints/callback-endpoint.ts: authenticateCallback",
      replace: [
        "timingSafeEqual(joined(given), joined({ username, password }))",
        "Promise.resolve(joined(given) === joined({ username, password }))",
      ],
      title: "takes the same steps for every wrong password: it compares hashes of both, whole",
    },
    "Ids with .., / or ? are rejected in a callback": {
      at: "src/server/endpoints/callback-endpoint.ts: CallbackEndpoint.answer",
      replace: ["isTransactionId(transactionId)", "transactionId"],
      title: "for an unknown transaction is answered 204 and leads to no result call",
    },
  },
  "test/unit/server/endpoints/threats.test.ts": {
    "From the sixth forged callback on the kit asks at most every two seconds": {
      at: "src/server/live/result-schedule.ts: nextCall",
      replace: [
        "callback.calls < maxPromptCallbacks ? -Infinity : lastBeganAt(calls) + minPauseMs",
        "-Infinity",
      ],
      title: "leads to a few result calls, and then to one every two seconds",
    },
    "Forged callbacks do not stop the kit from following a true one": {
      at: "src/server/live/result-schedule.ts: nextCall",
      replace: ["lastBeganAt(calls) + minPauseMs", "Infinity"],
      title: "does not stop the kit from following a true callback",
    },
    "The answer to a callback is the same for every transaction": {
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
      at: "src/server/token-server/token-server-client.ts: TokenServerClient.#callWith",
      replace: ["body: form.toString()", 'body: [...form].map((pair) => pair.join("=")).join("&")'],
      title: "add no parameter to the start call to the Token Server",
    },
  },
  "test/unit/server/endpoints/scanned.test.ts": {
    "Ids with .., / or ? are rejected in a scan": {
      at: "src/server/endpoints/scanned.ts: markScanned",
      remove: "|| !isTransactionId(transactionId)",
      title: "is not looked up in the store if its id cannot be a transaction's",
    },
  },
  "test/unit/server/options.test.ts": {
    "tokenServer.url is checked at creation": {
      at: "src/server/text/safe-url.ts: isAddress",
      replace: ["isSafe(url)", "url !== undefined"],
      title: "wrong options",
    },
    "No error contains the value of an option": {
      at: "src/server/checked-options.ts: checkedOptions",
      replace: ["{problem}; expected", "{problem}: ${String(valueAt(value, keys))}; expected"],
      title: "no error contains a value, which may be a secret",
    },
  },
  "test/unit/server/token-server/transport.test.ts": {
    "The kit follows no redirect": {
      at: "src/server/token-server/transport.ts: fetchTransport",
      remove: 'redirect: "manual",',
      title: "follows no redirect",
    },
  },
  "test/e2e/login/login.test.ts": {
    "The phone shows the device where the login comes from": {
      at: "src/server/token-server/token-server-client.ts: TokenServerClient.start",
      remove: "user_agent: userAgent,",
      title: "shows the site's message, the device and the location on the phone",
    },
  },
  "test/unit/server/endpoints/secrets.test.ts": {
    "The Token Server's words are logged without the client's secret": {
      at: "src/server/token-server/redaction.ts: withoutSecrets",
      remove: '.replace(ownSecret, (_found, word?: string) => word ?? "[secret]")',
      title: "put no secret into the log, another browser's answers or an address",
    },
    "The Token Server's words are written to the console without the client's secret": {
      at: "src/server/token-server/redaction.ts: withoutSecrets",
      remove: '.replace(ownSecret, (_found, word?: string) => word ?? "[secret]")',
      title: "put no secret into the console without onEvent, with the client's secret in the form",
    },
    "The Token Server's words are logged without anything that looks like a code": {
      at: "src/server/token-server/redaction.ts: withoutSecrets",
      remove: ".replace(secretPattern, withoutKeys)",
      title: "put no secret into the log, another browser's answers or an address",
    },
  },
  "test/unit/server/token-server/client-credentials.test.ts": {
    "The client's secret is not logged in any form: as it is": {
      at: "src/server/token-server/redaction.ts: formsOf",
      remove: "secret,",
      title: "are logged without the client's secret …",
    },
    "The client's secret is not logged in any form: in JSON": {
      at: "src/server/token-server/redaction.ts: formsOf",
      remove: "JSON.stringify(secret).slice(1, -1),",
      title: "are logged without the client's secret …",
    },
    "The client's secret is not logged in any form: percent-encoded": {
      at: "src/server/token-server/redaction.ts: formsOf",
      remove: "encodeURIComponent(secret),",
      title: "are logged without the client's secret …",
    },
    "The client's secret is not logged in any form: form-encoded": {
      at: "src/server/token-server/redaction.ts: formsOf",
      remove: "formEncode(secret),",
      title: "are logged without the client's secret …",
    },
    "The client's secret is not logged in any form: as it is sent": {
      at: "src/server/token-server/client-credentials.ts: redactor",
      remove: "...headers,",
      title: "are logged without the client's secret …",
    },
    "The client's secret is not logged in pieces, with control characters between them": {
      at: "src/server/token-server/redaction.ts: partedPattern",
      replace: ["(escapeForRegExp).join(`[${unseen}]*`)", '(escapeForRegExp).join("")'],
      title: "are logged without a secret that a line break or a control character parts",
    },
  },
  "test/resilience/redis/redis-secrets.test.ts": {
    "The cookie is stored only as its hash": {
      at: "src/server/text/bytes.ts: sha256",
      replace: [
        'base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))))',
        "text",
      ],
      title: "put no code and no cookie into Redis, and its password nowhere, … onEvent",
    },
  },
};
