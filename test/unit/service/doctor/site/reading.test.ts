import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { allows, policiesOf } from "../../../../../src/service/doctor/site/page/content-security-policy.js";
import { CookieJar } from "../../../../../src/service/doctor/site/cookie-jar.js";
import { readHtml } from "../../../../../src/service/doctor/site/page/html-page.js";
import { readImportMaps, resolveImport } from "../../../../../src/service/doctor/site/page/import-map.js";
import { fitsIntegrity } from "../../../../../src/service/doctor/site/page/integrity.js";
import { intermediaryIn } from "../../../../../src/service/doctor/site/intermediary.js";
import { readScript } from "../../../../../src/service/doctor/site/page/script-text.js";

describe("doctor's reading of a page", () => {
  const tags = (html: string): number => readHtml(html).tags.length;

  it("finds the element as a browser does", () => {
    for (const html of [
      "<onegini-otp-login></onegini-otp-login>",
      "<p>A<ONEGINI-OTP-LOGIN\nendpoint=/otp>",
      "<onegini-otp-login/>",
      '<div><template shadowrootmode="open"><onegini-otp-login>',
      "<noscript><p></noscript><onegini-otp-login>",
      "<script>a < b</script><onegini-otp-login>",
    ])
      assert.equal(tags(html), 1, html);
    for (const html of [
      "<!-- <onegini-otp-login> -->",
      "<noscript><onegini-otp-login></noscript>",
      "<template><onegini-otp-login></template>",
      "<script>'<onegini-otp-login>'</script>",
      "<style><onegini-otp-login></style>",
      "<textarea><onegini-otp-login></textarea>",
      "<title><onegini-otp-login></title>",
      '<p title="<onegini-otp-login>">',
      "&lt;onegini-otp-login>",
      "<onegini-otp-login-card>",
    ])
      assert.equal(tags(html), 0, html);
    const isInTemplate = (html: string): boolean => readHtml(html).isInTemplate;
    assert.ok(isInTemplate("<template x-if=open><div><onegini-otp-login></div></template>"));
    assert.ok(!isInTemplate("<template></template><onegini-otp-login>"));
    assert.ok(!isInTemplate("<noscript><template><onegini-otp-login></template></noscript>"));
  });

  it("finds the scripts that a browser runs, and the policies in tags", () => {
    const { scripts, policies, base, importMaps } = readHtml(`<base href="/app/"><base href="/b/">
      <meta content="script-src &#39;self&#39;" http-equiv=Content-Security-Policy>
      <script src="a.js?b&amp;c" async integrity=sha384-x crossorigin nonce=n></script>
      <script type=" Module ">import "./b.js" // <p></script>
      <script type="text/javascript; charset=utf-8"></script><script type="application/json">{}</script>
      <script nomodule src="old.js"></script><template><script src="later.js"></script></template>
      <script type="importmap">{"imports":{}}</script>`);
    assert.deepEqual(
      scripts.map(({ kind, src, text }) => [kind, src, text]),
      [
        ["classic", "a.js?b&c", ""],
        ["module", undefined, 'import "./b.js" // <p>'],
      ],
    );
    const [first] = scripts;
    assert.deepEqual([first?.integrity, first?.nonce, first?.hasCrossorigin], ["sha384-x", "n", true]);
    assert.deepEqual([policies, base, importMaps], [["script-src 'self'"], "/app/", ['{"imports":{}}']]);
  });
});

describe("doctor's reading of a script", () => {
  it("finds in the built file that it registers the element, and adds none", async () => {
    const script = await readScript(readFileSync("dist/onegini-otp-login.js", "utf8"));
    assert.deepEqual(script, {
      registers: "yes",
      hasTag: false,
      imports: [],
      loadsOthers: false,
      isModule: true,
    });
  });

  it("finds the element where a script adds it, and not where it looks for one", async () => {
    for (const text of [
      'document.createElement("onegini-otp-login")',
      "document.body.append(new OneginiOtpLogin())",
      "root.innerHTML = `<onegini-otp-login endpoint='/otp'></onegini-otp-login>`",
      '_jsx("onegini-otp-login",{endpoint:"/otp"})',
      'self.__next_f.push([1,"[\\"$\\",\\"onegini-otp-login\\",null]"])',
      'self.data="\\u003conegini-otp-login\\u003e"',
    ])
      assert.equal((await readScript(text)).hasTag, true, text);
    for (const text of [
      'document.querySelector("onegini-otp-login").start()',
      'customElements.whenDefined("onegini-otp-login")',
      'import "onegini-otp-login"',
      'import { OneginiOtpLogin } from "onegini-otp-login"',
      'import("onegini-otp-login")',
      'fetch("/onegini-otp-login.js")',
      "let a = '--onegini-otp-login-radius'",
      'customElements.define("onegini-otp-login", class extends OneginiOtpLogin {})',
    ])
      assert.equal((await readScript(text)).hasTag, false, text);
  });

  it("finds who registers it", async () => {
    const registers = async (text: string) => (await readScript(text)).registers;
    assert.equal(await registers("a.define( 'onegini-otp-login', A)"), "yes");
    assert.equal(await registers('eval("customElements.define(\\"onegini-otp-login\\", A)")'), "yes");
    assert.equal(await registers('const a="onegini-otp-login";customElements.define(a,A)'), "perhaps");
    assert.equal(await registers('customElements.define("other-element",A)'), "no");
  });

  it("finds what it imports, and that it may load what cannot be found", async () => {
    const { imports } = await readScript(
      'import a from "./a.js";export * from "./b.js";export { c } from "./c.js";import(`./d.js`);import e from "./e.json" with { type: "json" };',
    );
    assert.deepEqual(
      imports.map(({ specifier, isDynamic }) => [specifier, isDynamic]),
      [
        ["./a.js", false],
        ["./b.js", false],
        ["./c.js", false],
        ["./d.js", true],
      ],
    );
    for (const text of ["import(`./${a}.js`)", "import(a)", 's=document.createElement("script")', "import {"])
      assert.equal((await readScript(text)).loadsOthers, true, text);
  });
});

describe("doctor's rules of browsers", () => {
  it("for the names of modules", () => {
    const map = readImportMaps([
      "no JSON",
      '{"imports":{"widget":"/w.js","lib/":"./lib/","/old.js":"/new.js"},"scopes":{"/admin/":{"widget":"/admin/w.js"}}}',
    ]);
    const resolve = (specifier: string, from = "https://a.example/app/main.js") =>
      resolveImport(specifier, from, map, "https://a.example/login");
    assert.equal(resolve("./b.js"), "https://a.example/app/b.js");
    assert.equal(resolve("https://cdn.example/c.js"), "https://cdn.example/c.js");
    assert.equal(resolve("widget"), "https://a.example/w.js");
    assert.equal(resolve("widget", "https://a.example/admin/main.js"), "https://a.example/admin/w.js");
    assert.equal(resolve("lib/d.js"), "https://a.example/lib/d.js");
    assert.equal(resolve("/old.js"), "https://a.example/new.js");
    assert.equal(resolve("other"), undefined);
  });

  it("for integrity: the strongest algorithm counts, and what is none does not", () => {
    const file = Buffer.from("alert(1)");
    const hash = (algorithm: string) => `${algorithm}-${createHash(algorithm).update(file).digest("base64")}`;
    const wrong = `sha512-${createHash("sha512").update("other").digest("base64")}`;
    assert.equal(fitsIntegrity(file, hash("sha256")), true);
    assert.equal(fitsIntegrity(file, `${wrong} ${hash("sha512")}`), true);
    assert.equal(fitsIntegrity(file, `${hash("sha256")} ${wrong}`), false);
    assert.equal(fitsIntegrity(file, "md5-abc"), true);
  });

  it("for policies of scripts", () => {
    const page = new URL("https://a.example/login");
    const verdict = (policy: string, url: string, nonce?: string) =>
      allows(policiesOf(policy, [])[0]!, ["script-src"], new URL(url), page, nonce);
    assert.equal(verdict("script-src 'self'", "https://a.example/w.js"), "allowed");
    assert.equal(verdict("script-src https://cdn.example:443/a/", "https://cdn.example/a/w.js"), "allowed");
    assert.equal(verdict("script-src http://cdn.example", "https://cdn.example/w.js"), "allowed");
    assert.equal(verdict("script-src 'nonce-N'", "https://a.example/w.js"), "blocked");
    assert.equal(verdict("script-src 'nonce-N'", "https://a.example/w.js", "N"), "allowed");
    assert.equal(
      verdict("script-src 'self' 'strict-dynamic' 'nonce-N'", "https://a.example/w.js"),
      "unknown",
    );
    assert.equal(verdict("script-src 'sha256-abc='", "https://a.example/w.js"), "unknown");
  });

  it("for cookies: domain, path and end", () => {
    const jar = new CookieJar();
    jar.keep("https://www.a.example/login", [
      "own=1",
      "all=2; Domain=a.example",
      "other=3; Domain=b.example",
      "deep=4; Path=/admin",
      "gone=5",
      "gone=; Max-Age=0",
    ]);
    assert.equal(jar.headerFor("https://www.a.example/"), "own=1; all=2");
    assert.equal(jar.headerFor("https://www.a.example/admin/x"), "own=1; all=2; deep=4");
    assert.equal(jar.headerFor("https://login.a.example/"), "all=2");
  });
});

describe("doctor's reading ends soon, whatever it reads:", () => {
  const megabyte = (text: string): string => text.repeat(Math.ceil(1_000_000 / text.length));
  // Quadratic time would be minutes for each.
  const timeout = 60_000;
  const answer = (text: string) => ({
    kind: "answered" as const,
    status: 401,
    headers: { "www-authenticate": text },
    body: Buffer.from(text),
    text,
    isWhole: true,
  });
  for (const part of [
    "<meta ",
    "<meta http-equiv=content-security-policy ",
    "<p><b>",
    "<a></b>",
    "<!--",
    "<![CDATA[",
    '<a b="',
    "<script>",
    "<script><!--",
    "&a",
    "<onegini-otp-login ",
    '"onegini-otp-login" ',
    '.define("onegini-otp-login',
    ".define( ",
    '.createElement("',
    "import(",
    "import './a.js';",
    "`${",
    "/",
    " ",
    "\\",
    "; ",
  ])
    it(JSON.stringify(part), { timeout }, async () => {
      const text = megabyte(part);
      readHtml(text);
      readHtml(`<script src="${text}">`);
      await readScript(text);
      policiesOf(text, [text]);
      fitsIntegrity(Buffer.from("a"), text);
      readImportMaps([text]);
      intermediaryIn(answer(text));
    });

  it("an import map of many names, and as many imports", { timeout: 30_000 }, () => {
    const count = 10_000;
    const names = Array.from({ length: count }, (_, index) => [`name-${index}`, `/${index}.js`]);
    const map = readImportMaps([JSON.stringify({ imports: Object.fromEntries(names) as object })]);
    const page = "https://a.example/login";
    for (let index = 0; index < count; index++)
      assert.equal(resolveImport(`other-${index}`, page, map, page), undefined);
  });

  it("many attributes, and a deep page", { timeout }, () => {
    readHtml(`<meta ${Array.from({ length: 150_000 }, (_, index) => `a${index}`).join(" ")}>`);
    readHtml("<a>".repeat(200_000) + "</b>".repeat(100_000));
  });
});
