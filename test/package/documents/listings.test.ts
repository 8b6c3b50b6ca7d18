import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, relative } from "node:path";
import { describe, test } from "node:test";
import ts from "typescript";
import { Language, Parser } from "web-tree-sitter";
import { pluck } from "../../unit/server/support/events.js";

/**
 * The listings of README.md and docs, compiled as a strict project would: against the build and the real frameworks. Those of
 * docs/frameworks.md have a test of their own.
 */

interface Listing {
  /** Its page and heading. */
  title: string;
  code: string;
}

function listingsOf(page: string): Listing[] {
  const parts = readFileSync(page, "utf8").matchAll(
    /^#+ (?<heading>.*)$|^```(?:js|ts)\n(?<code>[^]*?)^```$/gm,
  );
  let heading = "";
  const listings: Listing[] = [];
  for (const { groups } of parts) {
    if (groups?.["heading"] !== undefined) heading = groups["heading"].replaceAll("`", "");
    else listings.push({ title: `${page}, ${heading}`, code: groups?.["code"] ?? "" });
  }
  return listings;
}

/** All code of a page in this language. */
const fencesOf = (page: string, language: string): string =>
  [...readFileSync(page, "utf8").matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))]
    .map(([, code]) => code)
    .join("\n");

/** What `…` stands for in the options of a kit. */
const requiredOptions = (code: string): string => `...{
  origin: "https://www.example.com",
  tokenServer: { url: "https://ts.example.com", clientId: "id", clientSecret: "secret", type: "qr-code" },
  ${code.includes("handOver") ? "" : "signIn: () => Response.json({}),"}
}`;

/** What a listing leaves to the site or to an earlier listing. */
const declarations: Record<string, string> = {
  beginSession: "(userId: string, attempt: string) => Promise<string>",
  client: 'import("redis").RedisClientType',
  clientIp: "(request: Request, context: unknown) => string | undefined",
  consola: '{ withTag: (tag: string) => Record<"info" | "warn" | "error", (...what: unknown[]) => void> }',
  countryOf: "(address: string) => Promise<string | undefined>",
  createLoginKit: 'typeof import("onegini-otp-login/server").createLoginKit',
  createPhone: 'typeof import("onegini-otp-login/emulator").createPhone',
  createServer: 'typeof import("node:http").createServer',
  kit: 'import("onegini-otp-login/server").LoginKit',
  logInAs: '(request: import("express").Request, userId: string) => Promise<void>',
  log: "(error: unknown) => void",
  Logger: 'new (name: string) => Record<"log" | "warn" | "error", (...what: unknown[]) => void>',
  login: 'import("onegini-otp-login/server").LoginSummary',
  otp: "string",
  page: "(body: string) => string",
  // The reader is told to write `!` behind variables of the environment.
  process:
    "{ env: Record<string, string>; once: (name: string, listener: () => Promise<void>) => void; exit: () => void }",
  report: "(...what: unknown[]) => void",
  req: 'import("express").Request',
  isStopping: "boolean",
  request: "Request",
  requireAppUser: '(c: import("hono").Context) => Promise<{ id: string }>',
  res: 'import("express").Response',
  response: "Response",
  server: 'import("node:http").Server',
  sessions: `{
    begin: (session: { userId: string; attempt: string; login: object }) => Promise<{ ended: boolean; cookie: string }>;
    end: (session: { userId: string; attempt: string }) => Promise<void>;
  }`,
  showAccount: "(account: object) => void",
  store: 'import("onegini-otp-login/redis").RedisStore',
  tokenServer: 'import("onegini-otp-login/emulator").TokenServer',
  toNodeHandler: 'typeof import("onegini-otp-login/node").toNodeHandler',
  url: "string",
  userId: "string",
  widget: 'import("onegini-otp-login").OneginiOtpLogin',
  attempt: "string",
  // Shaped like these platforms' own, because their types do not go with Node's.
  Bun: `{ serve: (options: {
    idleTimeout: number;
    fetch: (request: Request, server: { requestIP: (request: Request) => { address: string } | null }) => Promise<Response>;
  }) => void }`,
  Deno: `{ serve: (
    handler: (request: Request, info: { remoteAddr: { hostname: string } }) => Promise<Response>,
  ) => void }`,
};

/** The framework of an `app` that a listing does not create. */
const apps: Record<string, string> = {
  "docs/kit.md, A ticket in place of signIn": 'import("express").Express',
  "docs/kit.md, Alive, and ready": 'import("express").Express',
  "docs/kit.md, Check your phone": 'import("hono").Hono',
  "docs/kit.md, Beginning with the page": 'import("hono").Hono',
};

/** A listing as a module: with what it leaves out. */
function moduleOf({ title, code }: Listing): string {
  const whole = code.replace(/…,/g, `${requiredOptions(code)},`);
  const isDeclared = (name: string): boolean =>
    new RegExp(
      `\\b(const|let|function|class)\\s+(\\{[^}]*\\b)?${name}\\b|import[^;]*\\b${name}\\b[^;]*from`,
    ).test(code);
  const missing = Object.entries({ ...declarations, ...(title in apps && { app: apps[title] ?? "" }) })
    .filter(([name]) => new RegExp(`(?<![.\\w/"])${name}\\b`).test(code) && !isDeclared(name))
    .map(([name, type]) => `declare const ${name}: ${type};\n`);
  return `${missing.join("")}${whole}\nexport {};\n`;
}

/** The complaints of the compiler about modules, by their names. */
function complaintsAbout(modules: Map<string, string>): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  const textOf = (path: string): string | undefined =>
    modules.get(relative(host.getCurrentDirectory(), path));
  host.fileExists = (path) => textOf(path) !== undefined || onDisk.fileExists(path);
  host.readFile = (path) => textOf(path) ?? onDisk.readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = textOf(path);
    return text === undefined
      ? onDisk.getSourceFile(path, language, ...rest)
      : ts.createSourceFile(path, text, language);
  };
  const paths = [...modules.keys()].map((name) => join(host.getCurrentDirectory(), name));
  const program = ts.createProgram(paths, options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file?.text.slice(0, start).split("\n").length ?? 0;
    const source = file?.text.split("\n")[line - 1]?.trim() ?? "";
    return `${basename(file?.fileName ?? "")}: ${source}\n${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

const pages = [
  "README.md",
  "docs/kit.md",
  "docs/kit-reference.md",
  "docs/deployment.md",
  "docs/emulator.md",
  "docs/logs.md",
  "docs/widget.md",
];
const listings = pages.flatMap(listingsOf);
const modules = new Map(listings.map((listing, index) => [`listing-${index}.ts`, moduleOf(listing)]));

describe("the listings of the documents", () => {
  // Express 4 has types of its own.
  const forExpress4 = [...modules]
    .filter(([, text]) => /"express"/.test(text))
    .map(
      ([name, text]) =>
        [name.replace(".ts", "-express4.ts"), text.replaceAll('"express"', '"express4"')] as const,
    );
  // The reader's own files.
  const sessions = "export declare function beginSession(userId: string, attempt: string): Promise<string>;";
  const auth = 'export declare const otpLogin: import("onegini-otp-login/better-auth").OneginiOtpLogin;';
  const functionOf = (name: string): string =>
    `export declare function ${name}(event: import("onegini-otp-login/server").LoginKitEvent): void;`;
  const own = [
    ["sessions.ts", sessions],
    ["auth.ts", auth],
    ...["log", "trace", "measure", "count"].map(
      (verb) => [`${verb}-event.ts`, functionOf(`${verb}Event`)] as const,
    ),
  ] as const;
  const complaints = complaintsAbout(new Map([...modules, ...forExpress4, ...own]));

  for (const [index, { title }] of listings.entries()) {
    test(`${index + 1}, ${title}: compile as strict TypeScript`, () => {
      const about = complaints.filter((complaint) => /^listing-(\d+)/.exec(complaint)?.[1] === String(index));
      assert.deepEqual(about, []);
    });
  }

  test("for the app are JavaScript", () => {
    const ofTheApp = ["docs/mobile-app.md", "docs/mobile-app/cordova.md"].flatMap(listingsOf);
    assert.ok(ofTheApp.length > 0);
    for (const { title, code } of ofTheApp) {
      const { diagnostics = [] } = ts.transpileModule(code, { fileName: "app.js", reportDiagnostics: true });
      assert.deepEqual(pluck(diagnostics, "messageText"), [], title);
    }
  });

  test("for the app in other languages have no syntax error", async () => {
    await Parser.init();
    const parser = new Parser();
    for (const [language, ...platforms] of [
      ["kotlin", "android", "react-native"],
      ["swift", "ios"],
      ["dart", "flutter"],
    ] as const) {
      const grammar = `@cursorless/tree-sitter-wasms/out/tree-sitter-${language}.wasm`;
      parser.setLanguage(await Language.load(createRequire(import.meta.url).resolve(grammar)));
      for (const platform of platforms) {
        const code = fencesOf(`docs/mobile-app/${platform}.md`, language);
        assert.notEqual(code, "", platform);
        assert.equal(parser.parse(code)?.rootNode.hasError, false, platform);
        assert.equal(
          parser.parse(code.replace("{", ""))?.rootNode.hasError,
          true,
          "The grammar finds errors.",
        );
      }
    }
  });

  test("of association files are JSON, and exclude the way back first", () => {
    const file = JSON.parse(fencesOf("docs/mobile-app/ios.md", "json")) as {
      applinks: { details: { components: unknown[] }[] };
    };
    assert.deepEqual(file.applinks.details[0]?.components[0], { "#": "otp-return*", exclude: true });
  });

  test("give the element only attributes that it has", () => {
    const { modules: described } = JSON.parse(readFileSync("custom-elements.json", "utf8")) as {
      modules: { declarations: { tagName?: string; attributes?: { name: string }[] }[] }[];
    };
    const element = described
      .flatMap((each) => each.declarations)
      .find(({ tagName }) => tagName !== undefined);
    const known = ["lang", "id", ...(element?.attributes ?? []).map(({ name }) => name)];
    const tags = [...pages, "docs/mobile-app.md"].flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/^```html\n[^]*?^```$/gm)].flatMap(([html]) => [
        ...html.matchAll(/<onegini-otp-login\b((?:[^>"]|"[^"]*")*)>/g),
      ]),
    );
    assert.ok(tags.length >= 5, `${tags.length} tags`);
    for (const [tag, attributes = ""] of tags)
      for (const [, name = ""] of attributes.matchAll(/([\w-]+)(?:="[^"]*")?/g))
        assert.ok(known.includes(name), tag);
  });

  test("of nginx tell the site that a request came by https", () => {
    const passing = [...pages, "docs/serve.md"].flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/^```nginx\n([^]*?)^```$/gm)]
        .map(([, text = ""]) => text)
        .filter((text) => text.includes("proxy_pass ")),
    );
    assert.notEqual(passing.length, 0);
    for (const text of passing) assert.match(text, /proxy_set_header X-Forwarded-Proto \$scheme;/);
  });

  test("mount the kit in Express 4 and 5, Fastify and Hono", () => {
    const texts = [...modules.values()];
    for (const framework of ["express", "fastify", "hono"])
      assert.ok(
        texts.some((text) => text.includes(`from "${framework}"`)),
        framework,
      );
    assert.ok(forExpress4.some(([, text]) => text.includes("NodeContext<Request>")));
  });

  test("give no complaint that belongs to none of them", () => {
    const others = complaints.filter((complaint) => !complaint.startsWith("listing-"));
    assert.deepEqual(others, []);
  });
});
