import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createLoginKit } from "onegini-otp-login/server";
import { errorStatus } from "../../../../src/protocol/login-api.js";
import { holds } from "../../../support/until.js";
import { loginApi } from "../support/openapi.js";
import { methods, readDocument, type MediaType, type Schema } from "../support/openapi-document.js";
import { tour } from "../support/openapi-tour.js";
import { send } from "../support/raw.js";
import { scriptedTokenServer, site } from "../support/site.js";

interface Components {
  securitySchemes: Record<string, unknown>;
  schemas: Record<string, Schema>;
  [kind: string]: Record<string, unknown>;
}

const published = readDocument();
const components = published["components"] as Components;

/** Every object in a document with the path to it. */
function* objectsIn(
  node: unknown,
  path: readonly string[] = [],
): Generator<[string[], Record<string, unknown>]> {
  if (typeof node !== "object" || node === null) return;
  yield [[...path], node as Record<string, unknown>];
  for (const [key, value] of Object.entries(node)) yield* objectsIn(value, [...path, key]);
}

/** The operations of the document, by their names. */
const operations = Object.entries(loginApi.document.paths).flatMap(([path, item]) =>
  methods.flatMap((method) => {
    const operation = item[method];
    return operation ? [{ method: method.toUpperCase(), path, operation }] : [];
  }),
);

describe("openapi.yaml", () => {
  test("is a document of OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(published));
    assert.deepEqual([valid, errors], [true, undefined]);
    assert.equal(validator.version, "3.1");
  });

  test("uses every component and every security scheme", () => {
    const used = new Set([...objectsIn(published)].map(([, { $ref }]) => $ref));
    const { securitySchemes, ...referred } = components;
    const unused = Object.entries(referred).flatMap(([kind, all]) =>
      Object.keys(all).filter((name) => !used.has(`#/components/${kind}/${name}`)),
    );
    assert.deepEqual(unused, []);
    const secured = JSON.stringify(operations.map(({ operation }) => operation));
    for (const scheme of Object.keys(securitySchemes)) holds(secured.includes(`"${scheme}":[]`), scheme);
  });

  test("has an example for every body, and every example matches its schema", () => {
    let count = 0;
    for (const [path, node] of objectsIn(loginApi.document)) {
      const where = path.join(" ");
      if (path.at(-2) === "content" && path.at(-1) !== "*/*" && !path.includes("head"))
        holds(Object.keys((node as MediaType).examples ?? {}).length > 0, `${where} has no example`);
      const schema = node["schema"] as Schema | undefined;
      if (!schema) continue;
      const {
        example,
        examples = {},
        "x-event-data": event,
      } = node as unknown as MediaType & { example?: unknown };
      const values = Object.values(examples).map(({ value }) => value);
      for (const value of example === undefined ? values : [...values, example]) {
        assert.deepEqual(loginApi.faults(schema, value), [], `${where}: ${JSON.stringify(value)}`);
        count += 1;
        if (!event) continue;
        for (const [, data = ""] of String(value).matchAll(/^data: (.*)$/gm))
          assert.deepEqual(loginApi.faults(event, JSON.parse(data)), [], `${where}: ${data}`);
      }
    }
    holds(count > 100, `only ${count} examples`);
  });

  test("allows additional keys only in requests and in the site's own login answer", () => {
    const open = Object.entries(components.schemas)
      .filter(([, schema]) => schema["type"] === "object" && schema["additionalProperties"] !== false)
      .map(([name]) => name);
    assert.deepEqual(open.sort(), [
      "CallbackRequest",
      "EmptyRequest",
      "LoginAnswer",
      "LoginRequest",
      "StartRequest",
    ]);
  });

  test("lists the errors of the login API, each with its status", () => {
    assert.deepEqual(components.schemas["ErrorCode"]?.["enum"], Object.keys(errorStatus));
    for (const entry of loginApi.listed()) {
      const [, status, code] = / (\d{3}) application\/json (\w+)$/.exec(entry) ?? [];
      if (code === undefined || !Object.hasOwn(errorStatus, code) || code === "invalid_request") continue;
      assert.equal(errorStatus[code as keyof typeof errorStatus], Number(status), entry);
    }
  });

  test("is published with the package", () => {
    const { files } = JSON.parse(readFileSync("package.json", "utf8")) as { files: string[] };
    holds(files.includes("openapi.yaml"));
  });
});

test("the kit's answers and openapi.yaml", async (t) => {
  const answers = await tour(t);
  const examined = answers.map((answer) => loginApi.examine(answer));

  await t.test("the kit gives no answer that is not documented", () => {
    const found = examined.flatMap(({ faults }) => faults);
    assert.deepEqual(found, []);
  });

  await t.test("the kit gives every answer that is documented", () => {
    const seen = new Set(examined.flatMap(({ shows }) => shows));
    const found = loginApi.listed().filter((entry) => !seen.has(entry));
    assert.deepEqual(found, []);
  });
});

describe("the kit, as openapi.yaml describes it", () => {
  test("accepts every example of a request", async (t) => {
    const where = await site(t);
    const { headers, body: started } = await send("POST", where.url, { headers: { origin: where.origin } });
    const { attempt } = JSON.parse(started) as { attempt: string };
    for (const { method, path, operation } of operations) {
      for (const [type, { examples = {} }] of Object.entries(operation.requestBody?.content ?? {})) {
        for (const { value } of Object.values(examples)) {
          const answer = await send(method, where.origin + path.replace("{attempt}", attempt), {
            headers: {
              origin: where.origin,
              cookie: headers["set-cookie"]?.[0]?.split(";")[0] ?? "",
              "content-type": type,
            },
            body: JSON.stringify(value),
          });
          holds([201, 204, 409].includes(answer.status), `${path}: ${answer.status} ${answer.body}`);
        }
      }
    }
  });

  test("sets the documented cookie on https too", async (t) => {
    const { url } = await scriptedTokenServer(t);
    const origin = "https://www.example.com";
    const kit = createLoginKit({
      origin,
      tokenServer: { url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
      message: "Hello",
      signIn: () => Response.json({}),
    });
    const response = await kit.fetch(
      new Request(`${origin}/otp-login`, { method: "POST", headers: { origin } }),
    );
    const { status, headers } = response;
    const body = await response.text();
    const { faults, shows } = loginApi.examine({ method: "POST", path: "", status, headers, body });
    assert.deepEqual(faults, []);
    holds(shows.includes("POST /otp-login 201 header Set-Cookie"));
  });
});
