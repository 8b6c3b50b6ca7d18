import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { build } from "esbuild";
import { Window } from "happy-dom";
import { JSDOM, VirtualConsole } from "jsdom";
import type { OneginiOtpLogin } from "../../src/index.js";

/** The built element in the DOMs in which sites test their pages. They lack `matchMedia`, `attachInternals` and more. */

const { outputFiles } = await build({
  entryPoints: ["dist/onegini-otp-login.js"],
  bundle: true,
  format: "iife",
  globalName: "widget",
  write: false,
});
const script = outputFiles[0]?.text ?? "";

interface Dom {
  /** Runs a script with this DOM's globals only. */
  run: (script: string) => unknown;
  /** What it reports instead of throwing. */
  errors: unknown[];
}

/** @param prepare a script that runs before the element's */
const jsdom = (prepare = "") => {
  const errors: unknown[] = [];
  const virtualConsole = new VirtualConsole().on("jsdomError", (error) => errors.push(error));
  const { window } = new JSDOM("", {
    url: "http://localhost/",
    runScripts: "outside-only",
    virtualConsole,
  });
  window.eval(prepare);
  return { run: (text: string): unknown => window.eval(text), errors };
};

const doms: Record<string, () => Dom> = {
  jsdom: () => jsdom(),
  // As jsdom before version 27.
  "jsdom without constructed style sheets": () => jsdom("delete CSSStyleSheet.prototype.replaceSync"),
  "happy-dom"() {
    const settings = { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true };
    const window = new Window({ url: "http://localhost/", settings });
    const errors: unknown[] = [];
    window.addEventListener("error", (event) => errors.push(event));
    return { run: (text) => window.eval(text) as unknown, errors };
  },
};

for (const [name, create] of Object.entries(doms))
  describe(`in ${name}`, () => {
    const { run, errors } = create();
    run(`${script}
      globalThis.widget = widget;
      globalThis.requests = [];
      globalThis.fetch = async (url) => { requests.push(url); throw new TypeError("no network"); };
      globalThis.element = document.createElement("onegini-otp-login");`);

    test("the element is put into a page, renders, and requests nothing", async () => {
      const element = run(`document.body.append(element); element`) as OneginiOtpLogin;
      await element.updateComplete;
      element.start();
      await element.updateComplete;
      assert.equal(element.state, "idle");
      assert.match(element.shadowRoot?.querySelector("button")?.textContent ?? "", /Show QR code/);
      assert.deepEqual(run("requests"), run("[]"));
      assert.deepEqual(errors, []);
    });

    test("a test plays the element's events", () => {
      const heard = run(`{
        const heard = [];
        element.addEventListener("login", (event) => heard.push(event.result.user));
        element.dispatchEvent(new widget.LoginEvent({ user: "anna" }, undefined));
        heard.join();
      }`);
      assert.equal(heard, "anna");
    });

    test("the element is removed and put back", async () => {
      const element = run("element.remove(); document.body.append(element); element") as OneginiOtpLogin;
      await element.updateComplete;
      run("element.remove()");
      // Vitest closes the DOM, which removes the elements, and deletes its globals: an update would throw.
      assert.equal(element.isUpdatePending, false);
      assert.deepEqual(errors, []);
    });
  });
