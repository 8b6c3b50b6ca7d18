import { init, parse } from "es-module-lexer";
import { tagName } from "./html-page.js";

/** What a script's text tells without running it. */
export interface ScriptText {
  /** Whether it registers the tag. `perhaps`: it registers some tag, and contains this one's name. */
  registers: "yes" | "perhaps" | "no";
  /** Whether it seems to add the tag to the page. */
  hasTag: boolean;
  imports: { specifier: string; isDynamic: boolean }[];
  /** Whether it may load scripts from addresses that are not in its text. */
  loadsOthers: boolean;
  /** Whether it runs as a module only. */
  isModule: boolean;
}

/** Reads a script's text, in one pass for each question. */
export async function readScript(text: string): Promise<ScriptText> {
  const hasTag = mentionsToAdd(text);
  const { imports, isModule, isComputed } = await importsOf(text);
  return {
    registers: definesTag.test(text) ? "yes" : hasTag && definesVariable.test(text) ? "perhaps" : "no",
    hasTag,
    imports,
    loadsOthers: isComputed || makesScripts.test(text),
    isModule,
  };
}

// In a development server's bundle a module is a string literal, so its quotes may be escaped.
const definesTag = new RegExp(`\\.define\\(\\s*\\\\{0,2}["'\`]${tagName}\\\\{0,2}["'\`]`);
const definesVariable = /\.define\(\s*[\w$]/;
const makesScripts = /\.createElement(?:NS)?\([^)]{0,80}["'`](?:html:)?script["'`]/i;

const mention = new RegExp(
  `["'\`]${tagName}\\\\{0,2}["'\`]|(?:<|\\\\u003c|\\\\x3c|&lt;)${tagName}(?![\\w.:-])`,
  "gi",
);
/** Calls that take the name of the tag or the package, but add no tag. */
const otherUses =
  /(?:\b(?:define|get|whenDefined|querySelector|querySelectorAll|getElementsByTagName|closest|matches|import|require)\(|\b(?:import|from))\s*\\{0,2}$/;
/** The widget's own warnings begin with its tag and an attribute. */
const warning = /^ [a-z-]+>:/;

/** The package exports the element's class. */
const makesElement = /\bnew\s+OneginiOtpLogin\b/;

function mentionsToAdd(text: string): boolean {
  if (makesElement.test(text)) return true;
  for (const { index, 0: found } of text.matchAll(mention)) {
    const before = text.slice(Math.max(0, index - 40), index);
    const end = index + found.length;
    const isOther = /^["'`]/.test(found) ? otherUses.test(before) : warning.test(text.slice(end, end + 40));
    if (!isOther) return true;
  }
  return false;
}

async function importsOf(
  text: string,
): Promise<Pick<ScriptText, "imports" | "isModule"> & { isComputed: boolean }> {
  await init();
  try {
    const [found, , , isModule] = parse(text);
    const imports: ScriptText["imports"] = [];
    let isComputed = false;
    for (const each of found) {
      // Not a script: JSON, for example.
      if (each.type === "import-meta" || each.attributes) continue;
      const isDynamic = each.type === "dynamic";
      if (each.specifier !== undefined && !(isDynamic && each.glob))
        imports.push({ specifier: each.specifier, isDynamic });
      else isComputed = true;
    }
    return { imports, isModule, isComputed };
  } catch {
    // The text cannot be parsed, so it may contain anything.
    return { imports: [], isModule: false, isComputed: true };
  }
}
