/** The part of `npm run build` that bundles the pages of `npx onegini-otp-login demo`. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildAssets } from "../demo/build-assets.js";

const folder = "dist/command/assets";
mkdirSync(folder, { recursive: true });
const { assets, libraries } = await buildAssets();
for (const [name, { body }] of assets) writeFileSync(join(folder, name), body);

/** As Vite lists those of its own builds. */
const listed = libraries.map((name) => {
  const home = join("node_modules", name);
  const read = (file: string): string => readFileSync(join(home, file), "utf8");
  const license = readdirSync(home).find((file) => /^licen[cs]e/i.test(file));
  if (license === undefined) throw new Error(`${name} has no licence.`);
  const { version, license: identifier } = JSON.parse(read("package.json")) as Record<string, string>;
  return { name, version, identifier, text: read(license) };
});
writeFileSync("dist/command/.vite/demo.json", JSON.stringify(listed));
