import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test, type TestContext } from "node:test";
import ts from "typescript";
import { locales } from "../element/support/locales.js";
import { launchBrowser } from "../support/browser.js";
import { listen } from "../support/listen.js";

const files = readdirSync("src/locales").map((file) => file.replace(/\.ts$/, ""));
const variants = files.filter((file) => /-[a-z]+$/.test(file));
const languages = files.filter((file) => !variants.includes(file));
const others = languages.filter((language) => language !== "en");

/** Serves the built files, and a page that loads the bundled file and all languages, in this order or reversed. */
async function builtPages(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname.endsWith(".js")) {
      response.writeHead(200, { "Content-Type": "text/javascript" }).end(readFileSync(`dist${url.pathname}`));
      return;
    }
    const scripts = ["onegini-otp-login.js", ...others.map((language) => `locales/${language}.js`)];
    if (url.searchParams.has("reversed")) scripts.reverse();
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(
      `<!doctype html><html lang="en"><title>Languages</title>
       ${scripts.map((file) => `<script type="module" src="/${file}"></script>`).join("")}
       <onegini-otp-login manual></onegini-otp-login>`,
    );
  });
  return listen(t, server);
}

test("the documentation has a row for every language, and the element is tested in each", () => {
  const [, table = ""] = /^\| file .*\n((?:\|.*\n)+)/m.exec(readFileSync("docs/widget.md", "utf8")) ?? [];
  const rows = [...table.matchAll(/^\| `(\S+)`/gm)].map(([, language]) => language);
  assert.deepEqual(rows, languages.toSorted(), "docs/widget.md");
  assert.deepEqual(Object.keys(locales).sort(), languages.toSorted(), "test/element/support/locales.ts");
  const named = [...table.matchAll(/`([a-z]+-[a-z]+)`/g)].map(([, variant]) => variant);
  assert.deepEqual(named.sort(), variants.toSorted(), "the variants in docs/widget.md");
});

/** The name of a file's export: `ptPT` for `pt-PT`, `deDu` for `de-du`. */
const exportOf = (file: string) => file.replace(/-(.)/, (_, letter: string) => letter.toUpperCase());

/** A second code under which a language registers. */
const aliases: Readonly<Record<string, string>> = { nb: "no" };

for (const file of files)
  test(`onegini-otp-login/locales/${file} can be imported in Node, and registers ${file === "en" ? "nothing" : "itself"}`, () => {
    const script = `
      const { ${exportOf(file)}: words } = await import("onegini-otp-login/locales/${file}");
      const registered = (globalThis.oneginiOtpLoginLocales ?? []).map(({ language, messages }) =>
        [language, messages === words, Object.keys(messages).length]);
      console.log(JSON.stringify(registered));`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    const keys = readFileSync("src/locales/en.ts", "utf8").match(/^ {2}\w+:/gm)!.length;
    const language = variants.includes(file) ? file.replace(/-.*/, "") : file;
    const codes = language === "en" ? [] : [language, aliases[language] ?? []].flat();
    assert.deepEqual(
      JSON.parse(output),
      codes.map((code) => [code, true, keys]),
    );
    const built = readFileSync(`dist/locales/${file}.js`, "utf8");
    assert.doesNotMatch(built, /\bimport\b|\bfrom\s*["']/, "The locale file imports something.");
    assert.match(readFileSync(`dist/locales/${file}.d.ts`, "utf8"), /: Messages;/);
  });

for (const order of ["", "?reversed"])
  test(`the locale files beside the bundled file work ${order ? "before" : "after"} it`, async (t) => {
    const origin = await builtPages(t);
    const browser = await launchBrowser();
    t.after(() => browser.close());
    const tab = await browser.newPage();
    await tab.goto(origin + order);
    const heading = tab.getByRole("heading");
    await heading.waitFor();
    for (const language of languages) {
      const { title } = (
        (await import(`../../src/locales/${language}.js`)) as Record<string, { title: string }>
      )[exportOf(language)]!;
      await tab.evaluate((each) => (document.documentElement.lang = each), language);
      await tab.getByRole("heading", { name: title, exact: true }).waitFor({ timeout: 5_000 });
    }
  });

/** The compiler's errors for a locale file with this text. */
function compilerErrorsOf(text: string): string[] {
  const file = `${process.cwd()}/src/locales/of-a-test.ts`;
  const { config } = ts.readConfigFile("tsconfig.base.json", (path) => readFileSync(path, "utf8")) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, process.cwd());
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const read = host.readFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.readFile = (path) => (path === file ? text : read(path));
  host.fileExists = (path) => path === file || exists(path);
  host.getSourceFile = (path, version) => {
    const source = host.readFile(path);
    return source === undefined ? undefined : ts.createSourceFile(path, source, version);
  };
  const program = ts.createProgram([file], { ...options, noEmit: true, types: [] }, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

test("a locale with a missing or an extra text does not compile", () => {
  const whole = readFileSync("src/locales/sv.ts", "utf8");
  assert.deepEqual(compilerErrorsOf(whole), []);
  const [missing = ""] = compilerErrorsOf(whole.replace(/^ {2}close: .*\n/m, ""));
  assert.match(missing, /'close' is missing/);
  const [unknown = ""] = compilerErrorsOf(whole.replace(/^ {2}close: .*\n/m, '$&  shut: "Stäng",\n'));
  assert.match(unknown, /'shut' does not exist/);
});
