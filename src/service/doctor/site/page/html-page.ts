import { Tokenizer } from "htmlparser2";

export const tagName = "onegini-otp-login";

/** A script that a browser runs. */
export interface PageScript {
  kind: "module" | "classic";
  /** As written in the tag. Undefined: an inline script. */
  src: string | undefined;
  /** The text of an inline script. */
  text: string;
  integrity: string | undefined;
  nonce: string | undefined;
  /** Whether it has `crossorigin`: then a script of another origin needs CORS. */
  hasCrossorigin: boolean;
}

/** The parts of a page's HTML that the checks need. */
export interface HtmlPage {
  /** The widget's tags. */
  tags: { endpoint: string | undefined }[];
  /** Whether a `<template>` has one, which a script may insert. */
  isInTemplate: boolean;
  scripts: PageScript[];
  /** The texts of import maps. */
  importMaps: string[];
  /** Policies in `<meta>` tags. */
  policies: string[];
  base: string | undefined;
}

type Attributes = ReadonlyMap<string, string>;

/**
 * Reads a page's HTML as tokens in one pass: for some input, building a tree takes quadratic time. Nesting is not tracked,
 * except for comments, texts, `<noscript>` and `<template>`, whose content does not run.
 */
export function readHtml(html: string): HtmlPage {
  const page: HtmlPage = {
    tags: [],
    isInTemplate: false,
    scripts: [],
    importMaps: [],
    policies: [],
    base: undefined,
  };
  const inert = { noscript: 0, template: 0 };
  let script: PageScript | "importmap" | undefined;

  const open = (name: string, attributes: Attributes): void => {
    if (name === "noscript" || (name === "template" && !attributes.has("shadowrootmode"))) inert[name]++;
    if (name === tagName && inert.template > 0 && inert.noscript === 0) page.isInTemplate = true;
    if (inert.noscript > 0 || inert.template > 0) return;
    switch (name) {
      case tagName:
        page.tags.push({ endpoint: attributes.get("endpoint") });
        break;
      case "base":
        page.base ??= attributes.get("href");
        break;
      case "meta":
        if (attributes.get("http-equiv")?.toLowerCase() === "content-security-policy")
          page.policies.push(attributes.get("content") ?? "");
        break;
      case "script":
        script = scriptOf(attributes);
        if (script !== undefined && script !== "importmap") page.scripts.push(script);
        break;
    }
  };
  const text = (part: string): void => {
    if (script === "importmap") page.importMaps.push(part);
    else if (script) script.text += part;
  };
  const close = (name: string): void => {
    if ((name === "noscript" || name === "template") && inert[name] > 0) inert[name]--;
    if (name === "script") script = undefined;
  };
  tokenize(html, { open, text, close });
  return page;
}

interface Handlers {
  open: (name: string, attributes: Attributes) => void;
  /** The text of a script, in parts. */
  text: (part: string) => void;
  close: (name: string) => void;
}

function tokenize(html: string, { open, text, close }: Handlers): void {
  let name = "";
  let attributes = new Map<string, string>();
  let attribute = "";
  let value: string[] = [];
  const slice = (start: number, end: number): string => html.slice(start, end);
  const opened = (): void => open(name, attributes);
  const tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      onopentagname(start, end) {
        name = slice(start, end).toLowerCase();
        attributes = new Map();
      },
      onattribname(start, end) {
        attribute = slice(start, end).toLowerCase();
        value = [];
      },
      onattribdata: (start, end) => void value.push(slice(start, end)),
      onattribentity: (codepoint) => void value.push(String.fromCodePoint(codepoint)),
      // The first one counts.
      onattribend: () => void (attributes.has(attribute) || attributes.set(attribute, value.join(""))),
      onopentagend: opened,
      onselfclosingtag: opened,
      onclosetag: (start, end) => close(slice(start, end).toLowerCase()),
      ontext: (start, end) => text(slice(start, end)),
      ontextentity: () => undefined,
      oncdata: () => undefined,
      oncomment: () => undefined,
      ondeclaration: () => undefined,
      onprocessinginstruction: () => undefined,
      onend: () => undefined,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
}

/** As the HTML standard lists them. */
export const scriptTypes =
  /^(?:application\/(?:x-)?(?:java|ecma)script|text\/(?:x-)?(?:java|ecma)script|text\/(?:javascript1\.[0-5]|jscript|livescript))$/i;

function scriptOf(attributes: Attributes): PageScript | "importmap" | undefined {
  const type = (attributes.get("type") ?? "").trim().toLowerCase();
  if (type === "importmap") return "importmap";
  const isModule = type === "module";
  if (!isModule && type !== "" && !scriptTypes.test(type)) return undefined;
  if (!isModule && attributes.has("nomodule")) return undefined;
  return {
    kind: isModule ? "module" : "classic",
    src: attributes.get("src"),
    text: "",
    integrity: attributes.get("integrity") || undefined,
    nonce: attributes.get("nonce") || undefined,
    hasCrossorigin: attributes.has("crossorigin"),
  };
}
