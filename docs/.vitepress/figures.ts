/** The four figures of the first page. `npx tsx docs/.vitepress/figures.ts` prints them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { locales } from "../../demo/playground/locales-plugin.js";
import { defences } from "../../scripts/claims/defences.js";
import { backends } from "../../test/package/backends/backend-list.js";

export interface Figure {
  value: string;
  text: string;
  /** The page that says more. */
  page: string;
}

const file = "dist/onegini-otp-login.js";

/** Folders of `examples/` that are projects, and the backends in other languages: a test logs in to each. */
const sites = [
  ...readdirSync("examples").filter((folder) => existsSync(`examples/${folder}/package.json`)),
  ...backends,
];

/** @throws Error before `npm run build` */
export function figures(): Figure[] {
  if (!existsSync(file)) throw new Error(`No ${file}: npm run build`);
  const kB = gzipSync(readFileSync(file)).length / 1_000;
  return [
    { value: `${kB.toFixed(0)} kB`, text: "the whole widget, gzipped, in one file", page: "widget" },
    {
      value: String(defences.length),
      text: "defences, each with a test that fails without it",
      page: "security",
    },
    { value: String(sites.length), text: "examples, each logged in to by a test", page: "examples/" },
    {
      value: String(locales.length),
      text: "languages, left to right and right to left",
      page: "accessibility",
    },
  ];
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url))
  for (const { value, text } of figures()) console.log(`${value.padStart(6)}  ${text}`);
