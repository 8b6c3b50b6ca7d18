/**
 * What the committed pictures were drawn from: `drawn-from.json` has a hash for each, of the markup and the style sheets behind
 * it. So a test can tell that a picture is older than what it shows, on any machine: pixels depend on its fonts and its browser.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { Parser } from "htmlparser2";
import type { Locator, Page } from "playwright-core";

const list = "scripts/pictures/drawn-from.json";
const read = (): Record<string, string> => JSON.parse(readFileSync(list, "utf8")) as Record<string, string>;

/** Pictures by their paths, each with the hash of what it is drawn from now. */
type DrawnFrom = ReadonlyMap<string, string>;

/** The pictures that have a hash. */
export const drawnPictures = (): string[] => Object.keys(read());

export const hashOf = (...texts: readonly string[]): string =>
  createHash("sha256").update(texts.join("\0")).digest("base64url").slice(0, 22);

export function remember(now: DrawnFrom): void {
  const all = Object.entries({ ...read(), ...Object.fromEntries(now) });
  const sorted = Object.fromEntries(all.sort(([one], [other]) => (one < other ? -1 : 1)));
  writeFileSync(list, `${JSON.stringify(sorted, undefined, 2)}\n`);
}

/** @throws Error that names the pictures that were drawn from something else, or never, and the command that draws them again */
export function assertFresh(now: DrawnFrom): void {
  const then = read();
  const stale = [...now].filter(([path, hash]) => then[path] !== hash).map(([path]) => path);
  if (stale.length > 0)
    throw new Error(
      `Older than what they show: ${stale.join(", ")}. npm run pictures:write draws them again.`,
    );
}

/**
 * The markup of a part of a page and of the shadow roots in it, as far as it can be seen, without what differs from one visit, or
 * from one machine, to the next: times, what is announced, and popovers, whose place is measured.
 */
export async function markupOf(part: Locator): Promise<string> {
  const html = await part.evaluate((element) =>
    element.getHTML({
      shadowRoots: [...element.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? []),
    }),
  );
  return seen(html);
}

/** The page's style sheets. */
export async function stylesOf(page: Page): Promise<string> {
  const sheets = page.locator("link[rel=stylesheet]");
  const addresses = await sheets.evaluateAll((all) => all.map((link) => (link as HTMLLinkElement).href));
  const texts = await Promise.all(addresses.map(async (address) => (await fetch(address)).text()));
  return texts.join("\n");
}

/** A style sheet without its comments and line breaks. */
export const plainCss = (css: string): string => css.replaceAll(/\/\*[^]*?\*\/|\s+/g, " ");

const seenAttributes =
  /^(class|part|slot|hidden|type|placeholder|d|viewbox|aria-(current|pressed|checked))$/i;

function seen(html: string): string {
  const lines: string[] = [];
  /** How deep the parser is in something that is left out, and in shadow roots. */
  let [skipped, shadowed] = [0, 0];
  const parser = new Parser({
    onopentag(name, attributes) {
      const isApart = /^(timer|status)$/.test(attributes["role"] ?? "") || "popover" in attributes;
      if (skipped > 0 || isApart || /^(script|style|head)$/.test(name)) skipped++;
      if (name === "template") shadowed++;
      if (skipped > 0) return;
      const kept = Object.entries(attributes)
        .filter(([key]) => seenAttributes.test(key))
        // The element has classes for moments, such as a ring that has just been filled.
        .filter(([key]) => shadowed === 0 || key !== "class");
      lines.push(`<${name} ${kept.map(([key, value]) => `${key}=${value}`).join(" ")}>`);
    },
    onclosetag(name) {
      if (name === "template") shadowed--;
      if (skipped > 0) skipped--;
      else lines.push(`</${name}>`);
    },
    ontext(text) {
      // Times, and numbers that count.
      const words = text.replaceAll(/\d+/g, "0").trim();
      if (skipped === 0 && words !== "") lines.push(words);
    },
  });
  parser.end(html);
  return lines.join("\n");
}
