import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { describe, test } from "node:test";
import ts from "typescript";
import { frameworkListings } from "./support/framework-listings.js";

/** The package's types, as strict projects see them. A wrong use is marked with `@ts-expect-error`. */

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  jsx: ts.JsxEmit.Preserve,
  strict: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  types: [],
  noEmit: true,
};

/**
 * Compiles a project of these files, and returns what the compiler says about each of them; under the empty name, about all
 * others but the libraries. The package is the built one.
 */
function compile(sources: Record<string, string>, settings: ts.CompilerOptions = {}): Map<string, string[]> {
  const texts = new Map(Object.entries(sources).map(([name, text]) => [resolve(name), text]));
  const all = { ...options, ...settings };
  const host = ts.createCompilerHost(all);
  host.fileExists = (name) => texts.has(resolve(name)) || ts.sys.fileExists(name);
  host.readFile = (name) => texts.get(resolve(name)) ?? ts.sys.readFile(name);
  const program = ts.createProgram([...texts.keys()], all, host);
  const files = program.getSourceFiles().filter(({ fileName }) => !fileName.includes("/node_modules/"));
  const found = new Map([...Object.keys(sources), ""].map((name): [string, string[]] => [name, []]));
  for (const { file, start, messageText } of [
    ...program.getOptionsDiagnostics(),
    ...files.flatMap((each) => [
      ...program.getSyntacticDiagnostics(each),
      ...program.getSemanticDiagnostics(each),
    ]),
  ]) {
    const name = basename(file?.fileName ?? "");
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    const text = `${name}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    found.get(name in sources ? name : "")?.push(text);
  }
  return found;
}

const listeners = `
  import "onegini-otp-login/define";
  import type { LoginErrorCode, LoginEvent, OneginiOtpLogin, OneginiOtpLoginEventMap, Phase } from "onegini-otp-login";

  const widget = document.createElement("onegini-otp-login");
  const onLogin = (event: LoginEvent): void => console.log(event.result["redirect_to"], event.redirectTo);
  widget.addEventListener("login", onLogin);
  widget.removeEventListener("login", onLogin);
  widget.addEventListener("login", function (event) {
    const element: OneginiOtpLogin = this;
    onLogin(event);
    element.start();
  });
  widget.addEventListener("statechange", ({ state }) => { const phase: Phase = state; return phase; }, { once: true });
  widget.addEventListener("error", ({ code, cause }) => { const known: LoginErrorCode = code; return [known, cause]; });
  widget.addEventListener("login", { handleEvent: (event: Event) => console.log(event.type) });
  const names: (keyof OneginiOtpLoginEventMap)[] = ["login", "statechange", "error", "click"];
  for (const name of names) widget.addEventListener(name, (event: Event) => console.log(event.type));

  // The rest of the DOM.
  widget.addEventListener("click", ({ clientX }) => clientX);
  widget.addEventListener("something-else", (event) => event.type);
  const element: HTMLElement = widget;
  element.addEventListener("error", ({ message }) => message);

  // @ts-expect-error The event has no such member.
  widget.addEventListener("login", ({ code }) => code);
  // @ts-expect-error The DOM's event is another one.
  widget.addEventListener("error", (event: ErrorEvent) => event.message);
  // @ts-expect-error There is no such phase.
  widget.addEventListener("statechange", ({ state }) => state === "done");
  // @ts-expect-error This listener is for another event.
  widget.removeEventListener("statechange", onLogin);
  // @ts-expect-error There is no such option.
  widget.addEventListener("login", onLogin, { onlyOnce: true });`;

const listings = readFileSync("docs/widget.md", "utf8").matchAll(/^```js\n([^]*?)^```$/gm);
const listing = `
  import "onegini-otp-login/define";
  import type { LoginAnswer, LoginErrorCode } from "onegini-otp-login";
  declare function showAccount(answer: LoginAnswer): void;
  declare function report(text: string, code: LoginErrorCode, cause: unknown): void;
  ${[...listings].map(([, text = ""]) => text).find((text) => text.includes("addEventListener"))}`;

/** A page of a framework: tags that are right, and attributes that are wrong. */
const page = (framework: string, entry: string, right: string[], wrong: string[]): string => `
  /** @jsxImportSource ${framework} */
  import "onegini-otp-login/${entry}";
  import type { LoginErrorCode, LoginEvent, Messages, OneginiOtpLogin } from "onegini-otp-login";
  declare const messages: Partial<Messages>;
  declare const onLogin: (event: LoginEvent) => void;
  declare const known: (code: LoginErrorCode) => void;
  export const right = (ref: { current: OneginiOtpLogin | null }, setRef: (element: OneginiOtpLogin | null) => void) =>
    [${right.map((attributes) => `<onegini-otp-login ${attributes}>Children</onegini-otp-login>`).join()}];
  declare const input: { current: HTMLInputElement | null };
  export const wrong = [
    ${wrong.map((attributes) => `// @ts-expect-error\n<onegini-otp-login ${attributes} />,`).join("\n")}
  ];`;

const attributes = `endpoint="/otp-login" manual renewals={3} app-link="https://bank.example/#otp={otp}" qr-link={null}
  redirect="/account" attempt="a" otp="b" expires-in="60" digits={4} id="widget" lang="nl" data-x="1" style={{ color: "red" }}`;
const onLogin = `(event) => { event.preventDefault(); event.currentTarget.cancel(); return event.result["redirect_to"]; }`;
const onStateChange = `({ state }) => state === "pending"`;
const onError = `({ code, cause }) => { known(code); return cause; }`;
/** JSX takes any attribute with a hyphen, so a misspelled one is not found there. */
const wrongAttributes = [
  `enpoint="/otp-login"`,
  `applink="https://bank.example/#otp={otp}"`,
  `app-link={3}`,
  `renewals="three"`,
  `manual="yes"`,
  `messages={{ title: 3 }}`,
  `state="pending"`,
];

/** React and Preact spell alike. */
const reactPage = (framework: string): string =>
  page(
    framework,
    framework,
    [
      `ref={ref} key="k" className="wide" ${attributes} onlogin={onLogin} onClick={(event) => event.currentTarget.start()}`,
      `ref={setRef} appLink={null} qrLink="" expiresIn={60} renewals="3" messages={messages}`,
      `onlogin={${onLogin}} onstatechange={${onStateChange}} onerror={${onError}}`,
    ],
    [
      ...wrongAttributes,
      `ref={input}`,
      `onLogin={onLogin}`,
      `onlogn={onLogin}`,
      `onStatechange={() => 1}`,
      `onError={() => 1}`,
      `onstatechange={onLogin}`,
      `onerror={({ message }) => message}`,
    ],
  );

const solidPage = page(
  "solid-js",
  "solid",
  [
    `ref={setRef} class="wide" ${attributes} onClick={(event) => event.currentTarget.start()}`,
    `prop:appLink={null} attr:qr-link="" prop:expiresIn={60} renewals="3" messages={messages}`,
    `prop:endpoint="/otp-login" prop:manual={true} prop:renewals={3} prop:redirect="/account" prop:qrLink="" prop:attempt="a" prop:otp="b"`,
    `onLogin={${onLogin}} onStateChange={${onStateChange}} onError={${onError}}`,
    `on:login={${onLogin}} on:statechange={${onStateChange}} on:error={${onError}}`,
    `on:login={onLogin}`,
  ],
  [
    ...wrongAttributes,
    `appLink=""`,
    `prop:enpoint=""`,
    `prop:manual="yes"`,
    `onLogn={onLogin}`,
    `on:logn={onLogin}`,
    `on:statechange={onLogin}`,
    `onStateChange={onLogin}`,
    `onError={({ message }) => message}`,
    `on:error={({ message }) => message}`,
  ],
);

interface Named {
  name: string;
}
const { modules } = JSON.parse(readFileSync("custom-elements.json", "utf8")) as {
  modules: {
    declarations: { tagName?: string; attributes: (Named & { fieldName: string })[]; events: Named[] }[];
  }[];
};
const inManifest = modules.flatMap(({ declarations }) => declarations).find(({ tagName }) => tagName)!;
const all = (names: string[]): string => `{ ${[...new Set(names)].map((name) => `"${name}": 1`).join()} }`;
const names = `
  import type { Attributes, Events, Properties } from "./src/frameworks/tag.js";
  export const attributes: Record<keyof Attributes, 1> = ${all(inManifest.attributes.map(({ name }) => name))};
  export const properties: Record<Exclude<keyof Attributes, \`\${string}-\${string}\`> | keyof Properties, 1> =
    ${all([...inManifest.attributes.map(({ fieldName }) => fieldName), "messages"])};
  export const events: Record<keyof Events, 1> = ${all(inManifest.events.map(({ name }) => name))};`;

describe("the types", () => {
  const found = compile({
    "listeners.ts": listeners,
    "listing.ts": listing,
    "names.ts": names,
    "react.tsx": reactPage("react"),
    "preact.tsx": reactPage("preact"),
    "solid.tsx": solidPage,
  });

  test("give listeners the element's own events", () => {
    assert.deepEqual(found.get("listeners.ts"), []);
  });

  test("fit the document's listing of events", () => {
    assert.match(listing, /addEventListener/);
    assert.deepEqual(found.get("listing.ts"), []);
  });

  test("of the frameworks' tags have the names of the manifest", () => {
    assert.deepEqual(found.get("names.ts"), []);
  });

  for (const [framework, file] of [
    ["React", "react.tsx"],
    ["Preact", "preact.tsx"],
    ["SolidJS", "solid.tsx"],
  ] as const)
    test(`let ${framework} take what is right and refuse what is wrong`, () => {
      assert.deepEqual(found.get(file), []);
    });

  test("have no error in the package itself", () => {
    assert.deepEqual(found.get(""), []);
  });

  test("of the one file know the tag too", () => {
    const source = `
      import { OneginiOtpLogin } from "onegini-otp-login/onegini-otp-login.js";
      export const widget: OneginiOtpLogin | null = document.querySelector("onegini-otp-login");
      export const { state } = document.createElement("onegini-otp-login");`;
    assert.deepEqual(compile({ "page.ts": source }).get("page.ts"), []);
  });
});

describe("the listings of docs/frameworks.md", () => {
  const sources = (heading: string, pragma: string): [name: string, text: string][] =>
    frameworkListings(heading).map(({ language, code }, index) => [
      `${heading.replaceAll(/\W/g, "")}-${index}.${language}`,
      `${pragma}\n${code}`,
    ]);
  const listings = [
    ...sources("React", "/** @jsxImportSource react */"),
    ...sources("Preact", "/** @jsxImportSource preact */"),
    ...sources("SolidJS", "/** @jsxImportSource solid-js */"),
    ...sources("Plain TypeScript", ""),
    ...sources("The page that was asked for", ""),
    ...sources("Unit tests", ""),
  ];
  const others = {
    "login-page.ts": "export declare function startLoginPage(): void;",
    "router.ts": "declare const router: { replace: (path: string) => unknown };\nexport default router;",
    "vitest.d.ts": `declare module "vitest" {
      export function test(title: string, run: () => void): void;
      export function expect<T>(value: T): { toBe(other: T): void; toContain(part: string): void };
    }`,
  };
  const found = compile(
    { ...Object.fromEntries(listings), ...others },
    { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  );

  for (const [name] of listings)
    test(`compile: ${name}`, () => {
      assert.deepEqual(found.get(name), []);
    });
});
