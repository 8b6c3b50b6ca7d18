import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { before, describe, test } from "node:test";
import { frameworkListings } from "../support/framework-listings.js";
import { install, pack } from "../support/packed-package.js";

/**
 * Templates that only their framework's own checker understands, and what needs a framework's own types, in a project that has
 * installed the packed package. The listings of docs/frameworks.md are among them. JSX is checked by test/package/types.test.ts.
 */

const site = resolve(".cache/frameworks");
const write = (path: string, text: string): void => writeFileSync(join(site, path), text);

async function installFrameworks(): Promise<void> {
  mkdirSync(site, { recursive: true });
  const dependencies = {
    "@angular/compiler": "20.3.35",
    "@angular/compiler-cli": "20.3.35",
    "@angular/core": "20.3.35",
    "@types/node": "20.19.43",
    "@types/react": "19.2.18",
    "@vitejs/plugin-vue": "6.0.11",
    next: "16.4.6",
    "onegini-otp-login": `file:${await pack()}`,
    react: "19.3.1",
    "react-dom": "19.3.1",
    rxjs: "7.8.2",
    svelte: "5.57.3",
    "svelte-check": "4.7.8",
    typescript: "5.9.3",
    vue: "3.5.45",
    "vue-tsc": "3.3.14",
  };
  write("package.json", JSON.stringify({ private: true, type: "module", dependencies }));
  // The tarball has the same name each time, so a lock file or an installed copy would be older.
  rmSync(join(site, "package-lock.json"), { force: true });
  rmSync(join(site, "node_modules/onegini-otp-login"), { recursive: true, force: true });
  await install(site);
}

/** Writes pages into a folder with strict settings, runs the framework's checker and returns the complaints for each page. */
function check(
  folder: string,
  pages: Record<string, string>,
  command: string[],
  { compilerOptions: own = {}, ...settings }: Record<string, object> = {},
): Map<string, string> {
  rmSync(join(site, folder), { recursive: true, force: true });
  mkdirSync(join(site, folder));
  for (const [name, text] of Object.entries(pages)) {
    mkdirSync(dirname(join(site, folder, name)), { recursive: true });
    write(join(folder, name), text);
  }
  const compilerOptions = {
    target: "es2022",
    module: "preserve",
    moduleResolution: "bundler",
    lib: ["es2022", "dom", "dom.iterable"],
    strict: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    experimentalDecorators: true,
    types: [],
    noEmit: true,
    ...own,
  };
  const include = Object.keys(pages).filter((name) => !name.endsWith(".js"));
  write(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include, ...settings }));
  const [program = "", ...args] = command;
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(site, "node_modules", program), ...args],
    { cwd: join(site, folder), encoding: "utf8" },
  );
  const output = `${error?.message ?? ""}${stdout}${stderr}`;
  const lines = output.split("\n").filter((line) => /error/i.test(line));
  const complaints = new Map(
    Object.keys(pages).map((name): [string, string] => [
      name,
      lines.filter((line) => line.includes(name)).join("\n"),
    ]),
  );
  // If the checker finds nothing at all, it did not run.
  assert.ok(lines.length > 0, output);
  return complaints;
}

/** One page for each wrong use, named after it. */
const wrongPages = (
  extension: string,
  uses: string[],
  page: (use: string) => string,
): Record<string, string> =>
  Object.fromEntries(uses.map((use, index) => [`Wrong${index}.${extension}`, page(use)]));

/** The wrong uses that the checker has not found. */
const missed = (complaints: Map<string, string>, uses: string[]): string[] =>
  uses.filter(
    (_use, index) => ![...complaints].some(([name, found]) => name.startsWith(`Wrong${index}.`) && found),
  );

before(installFrameworks);

describe("Vue's templates", () => {
  const script = `<script setup lang="ts">
    import "onegini-otp-login/vue";
    import type { LoginErrorCode, LoginEvent, Messages, OneginiOtpLogin } from "onegini-otp-login";
    import { useTemplateRef } from "vue";
    const messages: Partial<Messages> = {};
    const onLogin = (event: LoginEvent): void => console.log(event.result["redirect_to"]);
    const known = (code: LoginErrorCode): LoginErrorCode => code;
    const widget = useTemplateRef<OneginiOtpLogin>("widget");
    const inferred = useTemplateRef("inferred");
    defineExpose({ messages, onLogin, known, start: () => (widget.value?.start(), inferred.value?.cancel()) });
  </script>`;
  const right = `${script}
    <template>
      <onegini-otp-login ref="widget" key="k" endpoint="/otp-login" manual :renewals="3" :qr-link="null"
        app-link="https://bank.example/#otp={otp}" redirect="/account" attempt="a" otp="b" expires-in="60" digits="4"
        id="widget" class="wide" lang="nl" data-x="1" @login="onLogin" @click="widget?.start()">Children</onegini-otp-login>
      <onegini-otp-login ref="inferred" :appLink="null" .qrLink="null" :messages="messages" renewals="3" :expires-in="60"
        @login="(event) => { event.preventDefault(); event.currentTarget.cancel(); return event.result; }"
        @statechange="({ state }) => state === 'pending'" @error="({ code, cause }) => [known(code), cause]" />
      <onegini-otp-login @login.once="onLogin($event)" />
    </template>`;
  const unknown = [`enpoint="x"`, `app-lnk="x"`, `:state="'pending'"`, `@logn="() => 1"`];
  const wrong = [
    `:renewals="true"`,
    `renewals="three"`,
    `:app-link="3"`,
    `:messages="{ title: 3 }"`,
    `@statechange="onLogin"`,
    `@login="(event) => event.code"`,
    `@error="({ message }) => message"`,
  ];
  const uses = [...wrong, ...unknown];
  const [listing, viteConfig] = frameworkListings("Vue");
  const pages = {
    "Right.vue": right,
    "Listing.vue": listing?.code ?? "",
    "vite.config.ts": viteConfig?.code ?? "",
    ...wrongPages("vue", uses, (use) => `${script}\n<template><onegini-otp-login ${use} /></template>`),
  };
  const command = ["vue-tsc/bin/vue-tsc.js", "-p", "."];

  for (const strictTemplates of [true, false])
    test(`are checked ${strictTemplates ? "with" : "without"} strictTemplates`, () => {
      const complaints = check("vue", pages, command, { vueCompilerOptions: { strictTemplates } });
      for (const name of ["Right.vue", "Listing.vue", "vite.config.ts"])
        assert.equal(complaints.get(name), "");
      assert.deepEqual(missed(complaints, uses), strictTemplates ? [] : unknown);
    });
});

test("Svelte's templates are checked", () => {
  const script = `<script lang="ts">
    import "onegini-otp-login/svelte";
    import type { LoginErrorCode, LoginEvent, Messages, OneginiOtpLogin } from "onegini-otp-login";
    let { messages }: { messages: Partial<Messages> } = $props();
    let widget: OneginiOtpLogin | undefined = $state();
    const onLogin = (event: LoginEvent): void => console.log(event.result["redirect_to"]);
    export const known = (code: LoginErrorCode) => [code, messages, onLogin, widget];
  </script>`;
  const right = `${script}
    <onegini-otp-login bind:this={widget} endpoint="/otp-login" manual renewals={3} qr-link={null}
      app-link={"https://bank.example/#otp={otp}"} redirect="/account" attempt="a" otp="b" expires-in="60" digits="4"
      id="widget" class="wide" lang="nl" data-x="1" onlogin={onLogin}>Children</onegini-otp-login>
    <onegini-otp-login appLink={null} qrLink="" expiresIn={60} {messages} renewals="3"
      onlogin={(event) => { event.preventDefault(); event.currentTarget.cancel(); return event.result; }}
      onstatechange={({ state }) => state === "pending"} onerror={({ code, cause }) => [known(code), cause]}
    ></onegini-otp-login>`;
  const wrong = [
    `enpoint="x"`,
    `app-lnk="x"`,
    `app-link={3}`,
    `renewals={true}`,
    `renewals="three"`,
    `state="pending"`,
    `messages={{ title: 3 }}`,
    `onlogn={onLogin}`,
    `onLogin={onLogin}`,
    `onstatechange={onLogin}`,
    `onlogin={(event) => event.code}`,
    `onerror={({ message }) => message}`,
  ];
  const pages = {
    "svelte.config.js": "export default {};",
    "Right.svelte": right,
    "Listing.svelte": frameworkListings("Svelte")[0]?.code ?? "",
    ...wrongPages("svelte", wrong, (use) => `${script}\n<onegini-otp-login ${use}></onegini-otp-login>`),
  };
  const command = [
    "svelte-check/bin/svelte-check",
    "--tsconfig",
    "tsconfig.json",
    "--output",
    "machine",
    "--threshold",
    "error",
  ];
  const complaints = check("svelte", pages, command);
  for (const name of ["Right.svelte", "Listing.svelte"]) assert.equal(complaints.get(name), "");
  assert.deepEqual(missed(complaints, wrong), []);
});

test("Angular's templates are checked", () => {
  const component = (template: string): string => `
    import { Component, CUSTOM_ELEMENTS_SCHEMA, viewChild, type ElementRef } from "@angular/core";
    import "onegini-otp-login/define";
    import type { LoginErrorEvent, LoginEvent, Messages, OneginiOtpLogin, Phase } from "onegini-otp-login";
    @Component({ selector: "app-page", schemas: [CUSTOM_ELEMENTS_SCHEMA], template: \`${template}\` })
    export class Page {
      messages: Partial<Messages> = {};
      widget = viewChild.required<ElementRef<OneginiOtpLogin>>("widget");
      onLogin(event: LoginEvent): void { event.preventDefault(); this.widget().nativeElement.cancel(); }
      onState(state: Phase): Phase { return state; }
      onError({ code, cause }: LoginErrorEvent): unknown { return [code, cause]; }
      onDomError({ message }: ErrorEvent): string { return message; }
    }`;
  const wrong = [
    `(statechange)="onLogin($event)"`,
    `(login)="onLogin($event.code)"`,
    `(error)="onDomError($event)"`,
    `#widget (click)="widget.begin()"`,
  ];
  const pages = {
    "Listing.ts": frameworkListings("Angular")[0]?.code ?? "",
    "Right.ts":
      component(`<onegini-otp-login #widget endpoint="/otp-login" manual [renewals]="3" [messages]="messages"
      app-link="https://bank.example/#otp={{ '{otp}' }}" (login)="onLogin($event)" (statechange)="onState($event.state)"
      (error)="onError($event)" (click)="widget.start()">Children</onegini-otp-login>`),
    ...wrongPages("ts", wrong, (use) => component(`<onegini-otp-login ${use}></onegini-otp-login>`)),
  };
  const settings = { angularCompilerOptions: { strictTemplates: true } };
  const complaints = check(
    "angular",
    pages,
    ["@angular/compiler-cli/bundles/src/bin/ngc.js", "-p", "."],
    settings,
  );
  for (const name of ["Right.ts", "Listing.ts"]) assert.equal(complaints.get(name), "");
  assert.deepEqual(missed(complaints, wrong), []);
});

test("the document's listings for Next.js compile", () => {
  const listings = frameworkListings("Next.js");
  const pages = {
    ...Object.fromEntries(listings.map(({ file, code }) => [file, code])),
    "sessions.ts": "export declare function beginSession(userId: string, attempt: string): Promise<string>;",
    "Wrong0.ts": `import { login } from "./login-kit";\nexport const begun = login.begin("login");`,
  };
  const compilerOptions = {
    jsx: "react-jsx",
    types: ["node"],
    // As `next build` writes it: its types do not compile otherwise.
    skipLibCheck: true,
    // The listings write `process.env.ORIGIN!`.
    noPropertyAccessFromIndexSignature: false,
  };
  const complaints = check("next", pages, ["typescript/bin/tsc", "-p", ".", "--pretty", "false"], {
    compilerOptions,
  });
  assert.notEqual(complaints.get("Wrong0.ts"), "");
  for (const { file } of listings) assert.equal(complaints.get(file), "");
});
