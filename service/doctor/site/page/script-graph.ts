import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "../../../../shared/loopback.js";
import { scriptTypes, type HtmlPage, type PageScript } from "./html-page.js";
import { readImportMaps, resolveImport, type ImportMap } from "./import-map.js";
import { fitsIntegrity } from "./integrity.js";
import { readScript, type ScriptText } from "./script-text.js";
import type { Answer, Ask } from "../visitor.js";

/** A script of a page, or one that it imports. */
export interface Script {
  /** How a person finds it: its address, for short within the site. */
  name: string;
  /** Undefined for an inline script. */
  url: string | undefined;
  kind: PageScript["kind"];
  nonce: string | undefined;
  state:
    | { kind: "read"; text: ScriptText }
    /** A browser cannot run it. */
    | { kind: "broken"; fault: Fault; why: string }
    /** A browser may run it, and doctor could not read it. */
    | { kind: "unread"; why: string };
  imports: { script: Script; isDynamic: boolean }[];
}

/** Why a browser cannot run a script. */
export type Fault = "missing" | "integrity" | "type" | "tag" | "cors" | "name";

/** What the scripts of a page do. */
export interface SeenScripts {
  /** Those that a browser runs. */
  running: readonly Script[];
  /** Those that it cannot run, with the reason. */
  broken: readonly { script: Script; fault: Fault; why: string }[];
  /** Why there may be more than is seen. */
  unseen: readonly string[];
}

export interface GraphEdge {
  page: string;
  call: (ask: Ask) => Promise<Answer>;
  /** When to read no more, by `performance.now()`. */
  endMs: number;
}

/** Bundles of whole sites are of this size. */
const maxBytes = 5_000_000;
const maxScripts = 100;
/** As many as a browser opens to a host. */
const together = 6;
const maxRedirects = 5;

/** Loads what a page loads: its scripts, and what they import. */
export async function seeScripts(html: HtmlPage, edge: GraphEdge): Promise<SeenScripts> {
  const base =
    html.base !== undefined && URL.canParse(html.base, edge.page)
      ? new URL(html.base, edge.page).href
      : edge.page;
  const map = readImportMaps(html.importMaps);
  const known = new Map<string, Script>();
  const tasks: (() => Promise<void>)[] = [];

  const follow = (script: Script, from: string): void => {
    if (script.state.kind !== "read") return;
    for (const { specifier, isDynamic } of script.state.text.imports) {
      if (known.size > maxScripts || performance.now() > edge.endMs) {
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
      name: nameOf(address, edge.page),
      url: address,
      kind: tag.kind,
      nonce: tag.nonce,
      state: notAsked(tag.nonce).state,
      imports: [],
    };
    known.set(key, script);
    if (known.size <= maxScripts)
      tasks.push(async () => {
        const { state, url } = await loadScript(address, tag, edge);
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
  // A script that is loaded adds tasks.
  while (tasks.length > 0 && performance.now() < edge.endMs)
    await Promise.all(tasks.splice(0, together).map((task) => task()));
  return judge(roots);
}

/** What runs: a module runs only with everything that it imports. */
function judge(roots: readonly Script[]): SeenScripts {
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
      return [`${name} may load scripts whose addresses are not in its text`];
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
  // A set that grows is walked to its end.
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
    why: "it was not asked for: there are too many scripts, or they are too slow",
  },
  imports: [],
});

const nowhere = (specifier: string, nonce: string | undefined): Script => ({
  name: `“${specifier}”`,
  url: undefined,
  kind: "module",
  nonce,
  state: { kind: "broken", fault: "name", why: "no address, and no import map has the name" },
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
  { page, call }: GraphEdge,
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
      return broken("missing", "http, which a browser blocks on a page of https");
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
      return broken("cors", `it is of another origin, and without Access-Control-Allow-Origin for ${origin}`);
    if (isElsewhere && !needsCors && tag.integrity !== undefined)
      return broken("cors", "it is of another origin, and its tag has integrity without crossorigin");
    const type = wrongType(headers, tag.kind);
    if (type !== undefined) return broken("type", type);
    if (!isWhole)
      return { state: { kind: "unread", why: `it is larger than ${maxBytes / 1e6} MB, or breaks off` }, url };
    if (/^\s*<(?!!--)/.test(text)) return broken("type", "a page and not a script");
    if (tag.integrity !== undefined && !fitsIntegrity(body, tag.integrity))
      return broken("integrity", "it does not fit its integrity");
    const read = await readScript(text);
    if (read.isModule && !isModule) return broken("tag", 'it is a module, and its tag has no type="module"');
    return { state: { kind: "read", text: read }, url };
  }
  return broken("missing", "it redirects too often");
}

/** Modules need the type of a script. Other scripts are taken with nearly any, unless `nosniff` is said. */
function wrongType(headers: IncomingHttpHeaders, kind: PageScript["kind"]): string | undefined {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  if (scriptTypes.test(type)) return undefined;
  const isSniffed = !/^\s*nosniff/i.test(String(headers["x-content-type-options"] ?? ""));
  if (kind === "classic" && isSniffed && !/^(?:image|audio|video)\/|^text\/csv$/i.test(type))
    return undefined;
  return `its Content-Type is ${type || "missing"}, in place of text/javascript`;
}
