/** The part of `npm run build` that bundles the pages of `npx onegini-otp-login demo`. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildAssets } from "../demo/build-assets.js";

const folder = "dist/command/assets";
mkdirSync(folder, { recursive: true });
const { assets, libraries } = await buildAssets();
for (const [name, { body }] of assets) writeFileSync(join(folder, name), body);

// Vite has written those of the widget's libraries.
const licenses = "dist/THIRD-PARTY-LICENSES.txt";
const written = readFileSync(licenses, "utf8");
for (const name of libraries.filter((each) => !written.includes(`\n## ${each} - `))) {
  const home = join("node_modules", name);
  const read = (file: string): string => readFileSync(join(home, file), "utf8");
  const text = readdirSync(home).find((file) => /^licen[cs]e/i.test(file));
  if (text === undefined) throw new Error(`${name} has no licence.`);
  const { version, license } = JSON.parse(read("package.json")) as Record<string, string>;
  appendFileSync(licenses, `\n## ${name} - ${version} (${license})\n\n${read(text)}\n`);
}
// The parts of the QR reader, which is compiled C++.
appendFileSync(licenses, readFileSync("build/demo-licenses.txt"));
