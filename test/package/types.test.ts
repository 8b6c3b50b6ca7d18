import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { test } from "node:test";
import ts from "typescript";

/** The package's types, as a strict project of a site sees them. A wrong use is marked with `@ts-expect-error`. */

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  types: [],
  noEmit: true,
};

/** What the compiler says about a site's files and about the package's, as they were built. Not about the libraries. */
function errorsIn(sources: Record<string, string>): string[] {
  const texts = new Map(Object.entries(sources).map(([name, text]) => [resolve(name), text]));
  const host = ts.createCompilerHost(options);
  host.fileExists = (name) => texts.has(resolve(name)) || ts.sys.fileExists(name);
  host.readFile = (name) => texts.get(resolve(name)) ?? ts.sys.readFile(name);
  const program = ts.createProgram([...texts.keys()], options, host);
  const files = program.getSourceFiles().filter(({ fileName }) => !fileName.includes("/node_modules/"));
  return [
    ...program.getOptionsDiagnostics(),
    ...files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ].map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${basename(file?.fileName ?? "")}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

test("listeners get the element's own events", () => {
  const source = `
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
    widget.addEventListener("login", onLogin, { onlyOnce: true });
  `;
  assert.deepEqual(errorsIn({ "site.ts": source }), []);
});

test("the document's listing of events compiles", () => {
  const listings = readFileSync("docs/widget.md", "utf8").matchAll(/^```js\n([^]*?)^```$/gm);
  const [listing] = [...listings]
    .map(([, text = ""]) => text)
    .filter((text) => /addEventListener/.test(text));
  assert.ok(listing);
  const source = `
    import "onegini-otp-login/define";
    import type { LoginAnswer, LoginErrorCode } from "onegini-otp-login";
    declare function showAccount(answer: LoginAnswer): void;
    declare function report(text: string, code: LoginErrorCode, cause: unknown): void;
    ${listing}`;
  assert.deepEqual(errorsIn({ "site.ts": source }), []);
});

test("the one file has the types of the tag too", () => {
  const source = `
    import { OneginiOtpLogin } from "onegini-otp-login/onegini-otp-login.js";
    export const widget: OneginiOtpLogin | null = document.querySelector("onegini-otp-login");
    export const state = document.createElement("onegini-otp-login").state;`;
  assert.deepEqual(errorsIn({ "site.ts": source }), []);
});
