import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { install, pack, temporaryFolder } from "../support/packed-package.js";

/** Reads the packed tokens as a site does, and prints CSS. */
const script = `
import { createRequire } from "node:module";
import StyleDictionary from "style-dictionary";

const dictionary = new StyleDictionary({
  source: [createRequire(import.meta.url).resolve("onegini-otp-login/tokens.json")],
  log: { warnings: "error", verbosity: "silent" },
  platforms: {
    css: { transformGroup: "css", files: [{ destination: "tokens.css", format: "css/variables" }] },
  },
});
const [{ output }] = await dictionary.formatPlatform("css");
process.stdout.write(output);
`;

interface Manifest {
  modules: {
    declarations: { tagName?: string; cssProperties: { name: string; default?: string }[] }[];
  }[];
}

const { modules } = JSON.parse(readFileSync("custom-elements.json", "utf8")) as Manifest;
const { cssProperties } = modules
  .flatMap(({ declarations }) => declarations)
  .find(({ tagName }) => tagName === "onegini-otp-login")!;

/** `#fff` as `#ffffff`. */
const long = (value: string): string => value.replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");

describe("tokens.json", () => {
  it("is read by Style Dictionary, which gives back each default that is a colour or a length", async () => {
    const folder = join(temporaryFolder, "design-tokens");
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
    writeFileSync(join(folder, "print.js"), script);
    await install(folder, await pack(), "style-dictionary@5.5.5");
    const { stdout } = await promisify(execFile)(process.execPath, ["print.js"], { cwd: folder });

    const given = [...stdout.matchAll(/^ {2}(--[\w-]+): (.+?);/gm)].map(([, name, value]) => [name, value]);
    const expected = cssProperties.flatMap(({ name, default: value = "" }) => {
      const [, light, dark] = /^light-dark\((.+), (.+)\)$/.exec(value) ?? [];
      if (light !== undefined && dark !== undefined)
        return [
          [name, long(light)],
          [name.replace("--", "--dark-"), long(dark)],
        ];
      return /^#|^\d+px$/.test(value) ? [[name, long(value)]] : [];
    });
    assert.ok(expected.length > 0);
    assert.deepEqual(given.toSorted(), expected.toSorted());
  });
});
