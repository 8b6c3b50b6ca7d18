import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "../../../../server/text/safe-url.js";
import { scriptTypes, type HtmlPage, type PageScript } from "./html-page.js";
import { readImportMaps, resolveImport, type ImportMap } from "./import-map.js";
import { fitsIntegrity } from "./integrity.js";
import { readScript, type ScriptText } from "./script-text.js";
import type { Answer, Ask } from "../visitor.js";

/** A script of a page, or one that it imports. */
export interface Script {
  /** For a line: its address, without the origin if it is the page's. */
  name: string;
  /** Undefined for an inline script. */
  url: string | undefined;
  kind: PageScript["kind"];
  nonce: string | undefined;
  state:
    | { kind: "read"; text: ScriptText }
    /** A browser cannot run it. */
    | { kind: "broken"; fault: Fault; why: string }
    /** A browser may run it, but doctor could not read it. */
    | { kind: "unread"; why: string };
  imports: { script: Script; isDynamic: boolean }[];
}

/** Why a browser cannot run a script. */
export type Fault = "missing" | "integrity" | "type" | "tag" | "cors" | "name";

/** The scripts of a page. */
export interface SeenScripts {
  /** Those that a browser runs. */
  running: readonly Script[];
  /** Those that it cannot run, with the reason. */
  broken: readonly { script: Script; fault: Fault; why: string }[];
  /** Why there may be scripts that doctor did not see. */
  unseen: readonly string[];
}

interface PageVisit {
  page: string;
  call: (ask: Ask) => Promise<Answer>;
  /** When to stop reading, in `performance.now()`. */
  endMs: number;
}

/** The bundle of a whole site can be this large. */
const maxBytes = 5_000_000;
const maxScripts = 100;
/** Parallel requests, as in a browser. */
const together = 6;
const maxRedirects = 5;

/** Loads a page's scripts, and the scripts that they import. */
export async function seeScripts(html: HtmlPage, visit: PageVisit): Promise<SeenScripts> {
  const base =
    html.base !== undefined && URL.canParse(html.base, visit.page)
      ? new URL(html.base, visit.page).href
      : visit.page;
  const map = readImportMaps(html.importMaps);
  const known = new Map<string, Script>();
  const tasks: (() => Promise<void>)[] = [];

  const follow = (script: Script, from: string): void => {
    if (script.state.kind !== "read") return;
    for (const { specifier, isDynamic } of script.state.text.imports) {
      if (known.size > maxScripts || performance.now() > visit.endMs) {
        script.imports.push({ script: notAsked(script.nonce), isDynamic: true });
        return;
      }
      const address = resolveImport(specifier, from, map, base);
      const found =
        address === undefined
          ? nowhere(specifier, script.nonce)
          : add(address, { kind: "module", nonce: script.nonce, integrity: integrityIn(map, address, base) });
      script.imports.push({ script: found, isDynamic });
    }
  };
  const add = (address: string, tag: Pick<PageScript, "kind" | "nonce"> & Partial<PageScript>): Script => {
    const key = `${tag.kind} ${address}`;
    const before = known.get(key);
    if (before) return before;
    const script: Script = {
      name: nameOf(address, visit.page),
      url: address,
      kind: tag.kind,
      nonce: tag.nonce,
      state: notAsked(tag.nonce).state,
      imports: [],
    };
    known.set(key, script);
    if (known.size <= maxScripts)
      tasks.push(async () => {
        const { state, url } = await loadScript(address, tag, visit);
        script.state = state;
        follow(script, url);
      });
    return script;
  };

  const roots: Script[] = [];
  for (const tag of html.scripts) {
    if (tag.src === undefined) {
      const text = await readScript(tag.text);
      const { kind, nonce } = tag;
      const script: Script = {
        name: "an inline script",
        url: undefined,
        kind,
        nonce,
        state: { kind: "read", text },
        imports: [],
      };
      roots.push(script);
      follow(script, base);
    } else if (URL.canParse(tag.src, base) && tag.src.trim() !== "") {
      const integrity =
        tag.integrity ??
        (tag.kind === "module" ? integrityIn(map, new URL(tag.src, base).href, base) : undefined);
      roots.push(add(new URL(tag.src, base).href, { ...tag, integrity }));
    }
  }
  // Each loaded script may add tasks.
  while (tasks.length > 0 && performance.now() < visit.endMs)
    await Promise.all(tasks.splice(0, together).map((task) => task()));
  return seenScripts(roots);
}

/** Finds out which scripts run. A module runs only if everything that it imports does. */
function seenScripts(roots: readonly Script[]): SeenScripts {
  const all = reach(roots, () => true);
  const broken = new Map<Script, { fault: Fault; why: string }>();
  for (const script of all) if (script.state.kind === "broken") broken.set(script, script.state);
  for (let before = -1; before !== broken.size;) {
    before = broken.size;
    for (const script of all) {
      const missing = script.imports.find((each) => !each.isDynamic && broken.has(each.script))?.script;
      const reason = missing && broken.get(missing);
      if (reason && !broken.has(script))
        broken.set(script, { fault: reason.fault, why: `it imports ${missing.name}: ${reason.why}` });
    }
  }
  const running = reach(
    roots.filter((script) => !broken.has(script)),
    ({ script }) => !broken.has(script),
  );
  const unseen = running.flatMap(({ name, state }) => {
    if (state.kind === "unread") return [`${name}: ${state.why}`];
    if (state.kind === "read" && state.text.loadsOthers)
      return [`${name} may load scripts from addresses that are not in its text`];
    return [];
  });
  return {
    running,
    broken: [...broken].map(([script, { fault, why }]) => ({ script, fault, why })),
    unseen,
  };
}

function reach(roots: readonly Script[], may: (each: Script["imports"][number]) => boolean): Script[] {
  const found = new Set(roots);
  // `for…of` also visits the elements that are added during the loop.
  for (const script of found) for (const each of script.imports) if (may(each)) found.add(each.script);
  return [...found];
}

const notAsked = (nonce: string | undefined): Script => ({
  name: "a script",
  url: undefined,
  kind: "module",
  nonce,
  state: {
    kind: "unread",
    why: "it was not loaded: there are too many scripts, or they are too slow",
  },
  imports: [],
});

const nowhere = (specifier: string, nonce: string | undefined): Script => ({
  name: `“${specifier}”`,
  url: undefined,
  kind: "module",
  nonce,
  state: { kind: "broken", fault: "name", why: "it is not an address, and no import map has it" },
  imports: [],
});

function nameOf(address: string, page: string): string {
  const { origin, pathname } = new URL(address);
  return origin === new URL(page).origin
    ? pathname
    : origin === "null"
      ? `${address.slice(0, 30)}…`
      : origin + pathname;
}

function integrityIn({ integrity }: ImportMap, address: string, base: string): string | undefined {
  const found = Object.entries(integrity).find(
    ([key]) => URL.canParse(key, base) && new URL(key, base).href === address,
  )?.[1];
  return typeof found === "string" ? found : undefined;
}

type Loaded = { state: Script["state"]; url: string };

async function loadScript(
  address: string,
  tag: Pick<PageScript, "kind"> & Partial<PageScript>,
  { page, call }: PageVisit,
): Promise<Loaded> {
  const { origin, protocol } = new URL(page);
  const isModule = tag.kind === "module";
  const needsCors = isModule || tag.hasCrossorigin === true;
  let url = address;
  const broken = (fault: Fault, why: string): Loaded => ({ state: { kind: "broken", fault, why }, url });
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const { protocol: own, origin: at, hostname } = new URL(url);
    if (own !== "https:" && own !== "http:")
      return { state: { kind: "unread", why: `its address begins with ${own}` }, url };
    if (protocol === "https:" && own === "http:" && !isLoopback(hostname))
      return broken("missing", "http, which browsers block on an https page");
    const isElsewhere = at !== origin;
    const answer = await call({
      url,
      headers: {
        accept: "*/*",
        "sec-fetch-dest": "script",
        "sec-fetch-mode": needsCors ? "cors" : "no-cors",
        "sec-fetch-site": isElsewhere ? "cross-site" : "same-origin",
        referer: `${origin}/`,
        ...(isElsewhere && needsCors && { origin }),
      },
      maxBytes,
    });
    if (answer.kind === "silent") return { state: { kind: "unread", why: answer.reason }, url };
    const { status, headers, body, text, isWhole } = answer;
    if (
      status >= 300 &&
      status < 400 &&
      headers.location !== undefined &&
      URL.canParse(headers.location, url)
    ) {
      url = new URL(headers.location, url).href;
      continue;
    }
    if (status < 200 || status > 299) return broken("missing", String(status));
    if (isElsewhere && needsCors && !["*", origin].includes(headers["access-control-allow-origin"] ?? ""))
      return broken("cors", `it is from another origin, without Access-Control-Allow-Origin for ${origin}`);
    if (isElsewhere && !needsCors && tag.integrity !== undefined)
      return broken("cors", "it is from another origin, and its tag has integrity without crossorigin");
    const type = wrongType(headers, tag.kind);
    if (type !== undefined) return broken("type", type);
    if (!isWhole)
      return { state: { kind: "unread", why: `it is larger than ${maxBytes / 1e6} MB, or truncated` }, url };
    if (/^\s*<(?!!--)/.test(text)) return broken("type", "it is a page, not a script");
    if (tag.integrity !== undefined && !fitsIntegrity(body, tag.integrity))
      return broken("integrity", "it does not match its integrity");
    const read = await readScript(text);
    if (read.isModule && !isModule) return broken("tag", 'it is a module, and its tag has no type="module"');
    return { state: { kind: "read", text: read }, url };
  }
  return broken("missing", "it redirects too often");
}

/** Modules need a script's type. Browsers run other scripts with nearly any type, unless `nosniff` is set. */
function wrongType(headers: IncomingHttpHeaders, kind: PageScript["kind"]): string | undefined {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  if (scriptTypes.test(type)) return undefined;
  const isSniffed = !/^\s*nosniff/i.test(String(headers["x-content-type-options"] ?? ""));
  if (kind === "classic" && isSniffed && !/^(?:image|audio|video)\/|^text\/csv$/i.test(type))
    return undefined;
  return `its Content-Type is ${type || "missing"} instead of text/javascript`;
}
