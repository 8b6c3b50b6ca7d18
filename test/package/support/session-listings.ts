import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The listings of docs/sessions.md and the pages below it as files that compile and run, one folder for each section. */

interface Section {
  /** Its heading. */
  title: string;
  /** The name of its folder. */
  folder: string;
  /** The files, with what the page leaves to the site. */
  files: { path: string; text: string }[];
}

/** What the listings leave to the site: `…`, and names that they do not explain. */
const site = `
export const requiredOptions = {
  origin: "https://www.example.com",
  tokenServer: { url: process.env["TOKEN_SERVER"] ?? "", clientId: "site", clientSecret: "site-secret", type: "qr-code" },
  callback: { uri: "http://127.0.0.1:9/callback" },
  message: "Log in",
  resultPolling: 1,
};
export const sessionOptions = {
  secret: "a secret of the tests",
  resave: false,
  saveUninitialized: false,
  cookie: { secure: true, sameSite: "lax" },
} as const;
export interface SessionData {
  userId: string;
  attempt: string;
  since: number;
}
export const findUser = async (id: string): Promise<{ id: string }> => ({ id });
export const isLoggedIn = (req: import("express").Request): boolean => req.headers.authorization === "of the test";
export const logInAs = async (req: import("express").Request, userId: string): Promise<void> => {
  req.res?.setHeader("x-logged-in", userId);
};
const ended = new Set<string>();
export const beginSession = async (userId: string, attempt: string): Promise<string> => userId + "." + attempt;
export const endSession = async (session: string | undefined): Promise<unknown> => ended.add(session ?? "");
`;
const namesOfSite = [...site.matchAll(/^export (?:const|interface) (\w+)/gm)].map(([, name = ""]) => name);

/** A listing as a module: with what it leaves out. `toSite` is the path of the site's own file. */
function moduleOf(code: string, toSite: string): string {
  const whole = code.replaceAll("…,", "...requiredOptions,");
  const isDeclared = (name: string): boolean =>
    new RegExp(`\\b(const|interface)\\s+${name}\\b|^import \\{[^}]*\\b${name}\\b`, "m").test(whole);
  const missing = namesOfSite.filter((name) => new RegExp(`\\b${name}\\b`).test(whole) && !isDeclared(name));
  return [
    missing.length > 0 ? `import { ${missing.map(typed).join(", ")} } from "${toSite}";` : "",
    whole,
    "export {};\n",
  ].join("\n");
}
const typed = (name: string): string => (/^[A-Z]/.test(name) ? `type ${name}` : name);

/** The sections of the page, and the pages below it, that have listings. */
export function sessionSections(): Section[] {
  const below = readdirSync("docs/sessions").map((file) => readFileSync(`docs/sessions/${file}`, "utf8"));
  return [
    ...readFileSync("docs/sessions.md", "utf8").split(/^## /m).slice(1),
    ...below.map((page) => page.replace(/^# /, "")),
  ]
    .map((section) => {
      const [title = ""] = section.split("\n", 1);
      const folder = title.toLowerCase().replaceAll(/[^a-z]+/g, "-");
      const files = [...section.matchAll(/^```ts\n((?:\/\/ ([^\s,]+\.ts))?[^]*?)^```$/gm)].map(
        ([, code = "", path = "listing.ts"]) => {
          const toSite = relative(dirname(path), "site.js").replaceAll("\\", "/");
          return { path, text: moduleOf(code, toSite.startsWith(".") ? toSite : `./${toSite}`) };
        },
      );
      return { title, folder, files };
    })
    .filter(({ files }) => files.length > 0);
}

/** Writes a section's files below `root`, with files of the test besides. Returns the folder. */
export function writeSection(
  root: string,
  { folder, files }: Section,
  others: Record<string, string> = {},
): string {
  const path = join(root, folder);
  rmSync(path, { recursive: true, force: true });
  for (const [name, text] of [
    ["site.ts", site] as const,
    ...files.map((file) => [file.path, file.text] as const),
    ...Object.entries(others),
  ]) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}
