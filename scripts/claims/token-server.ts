import type { Defence } from "./defence.js";

/** Callbacks, calls to the Token Server, and secrets. */

const threats = "test/unit/server/endpoints/threats.test.ts";
const callback = "test/unit/server/endpoints/callback.test.ts";
const client = "test/unit/server/token-server/token-server-client.test.ts";
const secrets = "test/unit/server/endpoints/secrets.test.ts";

export const tokenServer: readonly Defence[] = [
  {
    claim: "A login takes is_authenticated: true, as a boolean",
    file: "src/server/token-server/token-server-answers.ts",
    text: 'is_authenticated: v.boolean("true or false"),',
    without: "is_authenticated: v.any(),",
    test: client,
    title: "is reported and decides nothing: …",
  },
  {
    claim: "A login takes is_authenticated: true, whoever the answer names",
    file: "src/server/token-server/token-server-answers.ts",
    text: "if (output.is_authenticated)",
    without: "if (output.is_authenticated || isText(output.user_id))",
    test: client,
    title: "is no approval without is_authenticated, although it names a user",
  },
  {
    claim: "The transaction is the one asked for",
    file: "src/server/token-server/token-server-answers.ts",
    text: "if (output.transaction_id !== transactionId)",
    without: "if (transactionId === undefined)",
    test: client,
    title: "is reported and decides nothing: …",
  },
  {
    claim: "A login takes a user",
    file: "src/server/token-server/token-server-answers.ts",
    text: `isText(userId) ? parsed({ kind: "approved", userId })`,
    without: `output !== undefined ? parsed({ kind: "approved", userId: String(userId) })`,
    test: client,
    title: "is reported and decides nothing: …",
  },
  {
    claim: "A callback needs Basic authentication if it is set",
    file: "src/server/endpoints/routes.ts",
    text: "await authenticateCallback(call.request, callbackCredentials);",
    without: "",
    test: callback,
    title: "answers … with 401 and leads to no result call",
  },
  {
    claim: "Basic authentication is checked before the body is read",
    file: "src/server/endpoints/routes.ts",
    text: `      await authenticateCallback(call.request, callbackCredentials);
      return callback.answer(call, await this.#readBody(call.request));`,
    without: `      const body = await this.#readBody(call.request);
      await authenticateCallback(call.request, callbackCredentials);
      return callback.answer(call, body);`,
    test: callback,
    title: "is checked before the body is read",
  },
  {
    claim: "The callback's credentials are compared over hashes of both",
    file: "src/server/endpoints/callback-endpoint.ts",
    text: "timingSafeEqual(joined(given), joined({ username, password }))",
    without: "Promise.resolve(joined(given) === joined({ username, password }))",
    test: callback,
    title: "takes the same steps for every wrong password: it compares hashes of both, whole",
  },
  {
    claim: "From the sixth forged callback on the kit asks at most every two seconds",
    file: "src/server/live/result-schedule.ts",
    text: "callback.calls < maxPromptCallbacks ? -Infinity : lastBeganAt(calls) + minPauseMs",
    without: "-Infinity",
    test: threats,
    title: "leads to a few result calls, and then to one every two seconds",
  },
  {
    claim: "Forged callbacks do not stop the kit from following a true one",
    file: "src/server/live/result-schedule.ts",
    text: "callback.calls < maxPromptCallbacks ? -Infinity : lastBeganAt(calls) + minPauseMs",
    without: "callback.calls < maxPromptCallbacks ? -Infinity : Infinity",
    test: threats,
    title: "does not stop the kit from following a true callback",
  },
  {
    claim: "The answer to a callback is the same for every transaction",
    file: "src/server/endpoints/callback-endpoint.ts",
    text: `      void this.#pending.add(answered.then(() => this.#follow(callback)));
`,
    without: `      return this.#live
        .callback(transactionId)
        .then((attempt) => (attempt ? emptyResponse() : new Response(null, { status: 404 }))) as never;
`,
    test: threats,
    title: "is the same to the byte for unknown, pending, accepted and other browsers' transactions",
  },
  {
    claim: "A callback is answered before the kit asks for anything",
    file: "src/server/endpoints/callback-endpoint.ts",
    text: `      void this.#pending.add(answered.then(() => this.#follow(callback)));
`,
    without: `      return this.#follow(callback)
        .then(() => this.#live.settled())
        .then(() => emptyResponse()) as never;
`,
    test: threats,
    title: "does not wait for the result call, so that its time tells nothing",
  },
  {
    claim: "Ids with .., / or ? are rejected in a callback",
    file: "src/server/endpoints/callback-endpoint.ts",
    text: "if (isTransactionId(transactionId)) {",
    without: "if (transactionId) {",
    test: callback,
    title: "for an unknown transaction is answered 204 and leads to no result call",
  },
  {
    claim: "Ids with .., / or ? are rejected in the Token Server's answer",
    file: "src/server/token-server/token-server-answers.ts",
    text: "transaction_id: TransactionId,",
    without: "transaction_id: v.string(),",
    test: client,
    title: "is 503 with Retry-After, without the Token Server's text, if it …",
  },
  {
    claim: "Ids with .., / or ? are rejected: the pattern",
    file: "src/server/token-server/token-server-answers.ts",
    text: String.raw`/^\w[\w.:~-]{0,127}$/`,
    without: "/^[^]+$/",
    test: client,
    title: "is 503 with Retry-After, without the Token Server's text, if it …",
  },
  {
    claim: "Ids with .., / or ? are rejected in a scan",
    file: "src/server/endpoints/scanned.ts",
    text: ` || !isTransactionId(transactionId)) return;`,
    without: `) return;`,
    test: "test/unit/server/endpoints/scanned.test.ts",
    title: "is not looked up in the store if its id cannot be a transaction's",
  },
  {
    claim: "tokenServer.url is checked at creation",
    file: "src/server/option-schema.ts",
    text: `isSafe(url) && url.username === ""`,
    without: `url !== undefined && url.username === ""`,
    test: "test/unit/server/options.test.ts",
    title: "wrong options",
  },
  {
    claim: "The kit follows no redirect",
    file: "src/server/token-server/transport.ts",
    text: `redirect: "manual", `,
    without: "",
    test: "test/unit/server/token-server/transport.test.ts",
    title: "follows no redirect",
  },
  {
    claim: "An answer of more than 64 KiB is rejected",
    file: "src/server/token-server/token-server-client.ts",
    text: "const maxAnswerBytes = 65_536;",
    without: "const maxAnswerBytes = Infinity;",
    test: client,
    title: "may answer 65,536 bytes and no more",
  },
  {
    claim: "Values for the Token Server are form-encoded",
    file: "src/server/token-server/token-server-client.ts",
    text: "body: form.toString()",
    without: `body: [...form].map((pair) => pair.join("=")).join("&")`,
    test: threats,
    title: "add no parameter to the start call to the Token Server",
  },
  {
    claim: "The phone shows the device where the login comes from",
    file: "src/server/token-server/token-server-client.ts",
    text: "user_agent: userAgent,",
    without: "",
    test: "test/e2e/login/login.test.ts",
    title: "shows the site's message, the device and the location on the phone",
  },
  {
    claim: "The Token Server's words are logged without the client's secret",
    file: "src/server/token-server/redaction.ts",
    text: `.replace(ownSecret, (_found, word?: string) => word ?? "[secret]")`,
    without: "",
    test: secrets,
    title: "put no secret into the log, another browser's answers or an address",
  },
  {
    claim: "The Token Server's words are written to the console without the client's secret",
    file: "src/server/token-server/redaction.ts",
    text: `.replace(ownSecret, (_found, word?: string) => word ?? "[secret]")`,
    without: "",
    test: secrets,
    title: "put no secret into the console without onEvent, with the client's secret in the form",
  },
  ...(
    [
      ["as it is", "  secret,\n"],
      ["in JSON", "JSON.stringify(secret).slice(1, -1),"],
      ["percent-encoded", "  encodeURIComponent(secret),\n"],
      ["form-encoded", "  formEncode(secret),\n"],
    ] as const
  ).map(([form, text]) => ({
    claim: `The client's secret is not logged in any form: ${form}`,
    file: "src/server/token-server/redaction.ts",
    text,
    without: "",
    test: "test/unit/server/token-server/client-credentials.test.ts",
    title: "are logged without the client's secret …",
  })),
  {
    claim: "The client's secret is not logged in any form: as it is sent",
    file: "src/server/token-server/client-credentials.ts",
    text: "...headers, ",
    without: "",
    test: "test/unit/server/token-server/client-credentials.test.ts",
    title: "are logged without the client's secret …",
  },
  {
    claim: "The client's secret is not logged in pieces, with control characters between them",
    file: "src/server/token-server/redaction.ts",
    text: ".join(`[${unseen}]*`)",
    without: `.join("")`,
    test: "test/unit/server/token-server/client-credentials.test.ts",
    title: "are logged without a secret that a line break or a control character parts",
  },
  {
    claim: "The Token Server's words are logged without anything that looks like a code",
    file: "src/server/token-server/redaction.ts",
    text: ".replace(secretPattern, withoutKeys)",
    without: "",
    test: secrets,
    title: "put no secret into the log, another browser's answers or an address",
  },
  {
    claim: "Of the Token Server's words at most 300 characters are logged",
    file: "src/server/token-server/client-credentials.ts",
    text: ".slice(0, maxCharacters)",
    without: "",
    test: client,
    title: "is reported with at most 300 characters of the Token Server's words",
  },
  {
    claim: "The cookie is stored only as its hash",
    file: "src/server/text/bytes.ts",
    text: `base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));`,
    without: "text;",
    test: "test/resilience/redis/redis-secrets.test.ts",
    title: "put no code and no cookie into Redis, and its password nowhere, … onEvent",
  },
  {
    claim: "No error contains the value of an option",
    file: "src/server/checked-options.ts",
    text: '"${name}" is ${problem}; expected',
    without: '"${name}" is ${problem}: ${String(valueAt(value, keys))}; expected',
    test: "test/unit/server/options.test.ts",
    title: "no error contains a value, which may be a secret",
  },
];
