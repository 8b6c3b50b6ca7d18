import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AxeResults, RunOptions } from "axe-core";
import type { Frame, Page } from "playwright-core";
import { readPng } from "../../../support/png.js";

const source = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

interface WithAxe {
  axe: { run: (context: Document | string, options: RunOptions) => Promise<AxeResults> };
}

/** Rules that axe leaves out by default: WCAG 2.2's target size, and rules that it calls experimental. */
const alsoRun = ["target-size", "label-content-name-mismatch", "focus-order-semantics"];
const options: RunOptions = {
  resultTypes: ["violations", "incomplete"],
  rules: Object.fromEntries(alsoRun.map((rule) => [rule, { enabled: true }])),
};

export async function loadAxe(page: Page | Frame): Promise<void> {
  await page.evaluate(source);
}

/** What axe found on a whole page. */
interface Findings {
  /** A line for each finding: the rule, the element, and the reason. */
  violations: string[];
  /** The same for what axe cannot decide. */
  undecided: string[];
  /** The rules that ran. */
  rules: string[];
}

/** The rules whose result depends on colours: all that can differ where a page is looked at in another colour scheme. */
const colourRules = ["color-contrast", "link-in-text-block"];

interface AxeRun {
  /** What to look at. Default: the whole page or frame. */
  selector?: string;
  /** Whether all other rules have looked at the same page in another colour scheme. Default: `false`. */
  onlyColours?: boolean;
}

export async function runAxe(page: Page | Frame, { selector, onlyColours }: AxeRun = {}): Promise<Findings> {
  const run: RunOptions = onlyColours ? { ...options, runOnly: colourRules } : options;
  const { violations, incomplete, passes, inapplicable } = await page.evaluate(
    ([given, within]) => (globalThis as unknown as WithAxe).axe.run(within ?? document, given),
    [run, selector] as const,
  );
  const lines = (results: AxeResults["violations"]) =>
    results.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`),
    );
  return {
    violations: lines(violations),
    undecided: lines(incomplete),
    rules: [violations, incomplete, passes, inapplicable].flat().map(({ id }) => id),
  };
}

const unreadableHere = (): string[] => {
  const found: string[] = [];
  const host = document.querySelector("onegini-otp-login")!;
  const root = host.shadowRoot!;
  const dialog = root.querySelector<HTMLElement>("dialog[open]");
  const card = dialog ?? root.querySelector<HTMLElement>("section")!;

  for (const box of [document.documentElement, ...(dialog ? [dialog] : [])])
    if (box.scrollWidth > box.clientWidth)
      found.push(`${box.localName} scrolls sideways: ${box.scrollWidth} px in ${box.clientWidth}`);

  const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement!;
    const text = node.textContent!.trim();
    const isShown =
      parent.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      !parent.closest("[part=status], .heard") &&
      (dialog !== null || !parent.closest("dialog"));
    if (!text || !isShown) continue;
    parent.scrollIntoView({ block: "center", behavior: "instant" });
    const range = document.createRange();
    range.selectNodeContents(node);
    const edges = card.getBoundingClientRect();
    for (const { left, right, top, bottom, width, height } of range.getClientRects()) {
      if (width === 0 || height === 0) continue;
      if (left < edges.left || right > edges.right || left < 0 || right > innerWidth)
        found.push(`"${text}" hangs over the side`);
      if (
        bottom > edges.bottom + (dialog ? dialog.scrollHeight : 0) ||
        top < edges.top - (dialog?.scrollTop ?? 0)
      )
        found.push(`"${text}" hangs over the top or bottom`);
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      const hit = root.elementFromPoint(x, y);
      // The number's field, which is not seen, lies on the cells, which show what is in it.
      const isField = hit?.localName === "input" && hit.parentElement!.contains(parent);
      if (!isField && (!hit || !(parent.contains(hit) || hit.contains(parent))))
        found.push(`"${text}" is covered by ${hit ? hit.outerHTML.slice(0, 80) : "nothing of ours"}`);
    }
    // A box that clips its own words.
    const style = getComputedStyle(parent);
    if (style.overflow !== "visible" && parent.scrollWidth > parent.clientWidth)
      found.push(`"${text}" is clipped`);
  }
  return [...new Set(found)];
};

const smallTargetsHere = (least: number): string[] => {
  const root = document.querySelector("onegini-otp-login")!.shadowRoot!;
  const dialog = root.querySelector("dialog[open]");
  const found: string[] = [];
  for (const target of (dialog ?? root).querySelectorAll<HTMLElement>("button, a")) {
    if (!target.checkVisibility({ visibilityProperty: true })) continue;
    target.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, top, right, bottom, width, height } = target.getBoundingClientRect();
    const name = (target.ariaLabel ?? target.textContent).trim();
    if (Math.min(width, height) < least) found.push(`${name}: ${width} × ${height}`);
    // Points inside the round corners.
    for (const [x, y] of [
      [left + 5, top + 5],
      [right - 5, top + 5],
      [left + 5, bottom - 5],
      [right - 5, bottom - 5],
    ] as const) {
      const hit = root.elementFromPoint(x, y);
      if (!hit || !target.contains(hit)) found.push(`${name}: something lies on it`);
    }
  }
  return found;
};

/**
 * Words that a person cannot read on a page, one per line: they are cut off, covered, or need sideways scrolling. Each
 * word is scrolled into view first, as a person would do. If a dialog is open, only its words are checked.
 */
export const unreadable = (page: Page): Promise<string[]> => page.evaluate(unreadableHere);

/** Controls that are smaller than `leastPx` CSS pixels, or that are covered at a corner. */
export const smallTargets = (page: Page, leastPx: number): Promise<string[]> =>
  page.evaluate(smallTargetsHere, leastPx);

/**
 * Words of a site's page that a person cannot read, and buttons whose words are not in the middle, one per line. The words
 * inside the element are not looked at.
 */
export const unreadableOnPage = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`scrolls sideways: ${scrollWidth} px in ${clientWidth}`);

    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement!;
      const text = node.textContent!.trim();
      if (!text || parent.closest(".visually-hidden, .phone .intro, noscript")) continue;
      if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const { left, right, top, bottom, width } = range.getBoundingClientRect();
      if (width === 0) continue;
      if (left < 0 || right > innerWidth) found.push(`"${text}" hangs over the side`);
      for (let box: Element | null = parent; box; box = box.parentElement) {
        // A box that scrolls shows all of its words in turn.
        if (!/hidden|clip/.test(getComputedStyle(box).overflow)) continue;
        const edges = box.getBoundingClientRect();
        if (
          left < edges.left - 1 ||
          right > edges.right + 1 ||
          top < edges.top - 1 ||
          bottom > edges.bottom + 1
        )
          found.push(`"${text}" is cut off`);
      }
    }

    for (const button of document.querySelectorAll("main button, main a.button")) {
      if (!button.checkVisibility({ visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(button);
      const [words, whole] = [range.getBoundingClientRect(), button.getBoundingClientRect()];
      const off = Math.abs(words.left + words.right - whole.left - whole.right) / 2;
      const lines = [...range.getClientRects()].filter((line) => line.width > 0);
      const ragged = lines.some((line) => Math.abs(line.left + line.right - whole.left - whole.right) > 4);
      const hasIcon = button.querySelector("svg") !== null;
      if (off > 1.5 || (ragged && !hasIcon))
        found.push(`"${button.textContent.trim()}" is not in the middle`);
    }
    return [...new Set(found)];
  });

/** Text settings that a reader may choose, up to those that WCAG requires. */
export const settings = {
  "as it comes": "",
  "twice as large": ":root { font-size: 200% }",
  "spaced as in WCAG 1.4.12": spacing(),
  "twice as large, and spaced": `:root { font-size: 200% } ${spacing()}`,
} as const;

function spacing(): string {
  return `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
    p { margin-block-end: 2em !important }`;
}

const setTextHere = async (text: string): Promise<void> => {
  const kept = globalThis as unknown as { sheet?: CSSStyleSheet; codeWidths?: string };
  const root = document.querySelector("onegini-otp-login")?.shadowRoot;
  if (!kept.sheet) {
    kept.sheet = new CSSStyleSheet();
    document.adoptedStyleSheets.push(kept.sheet);
    root?.adoptedStyleSheets.push(kept.sheet);
  }
  kept.sheet.replaceSync(text);
  if (root) {
    const codes = [...root.querySelectorAll("canvas")];
    const codeWidths = codes.map(({ parentElement }) => parentElement!.clientWidth).join();
    if (codeWidths === kept.codeWidths) return;
    kept.codeWidths = codeWidths;
  }
  // A code follows the width of its place after the next layout.
  await new Promise((resolve) => {
    const seen = new IntersectionObserver(() => {
      seen.disconnect();
      resolve(undefined);
    });
    seen.observe(document.body);
  });
};

/** Applies text settings to the page and to the card, as a person's own style sheet would. */
export const setText = (page: Page, css: string): Promise<void> => page.evaluate(setTextHere, css);

/**
 * What `unreadable` and `smallTargets` find at every setting of the text, a line for each. It is one call of the browser, because
 * a page is looked at more than a hundred times.
 */
export const problemsAtAnySetting = (page: Page, leastPx: number): Promise<string[]> =>
  page.evaluate(`(async () => {
    const found = [];
    for (const [setting, css] of Object.entries(${JSON.stringify(settings)})) {
      await (${String(setTextHere)})(css);
      const problems = [...(${String(unreadableHere)})(), ...(${String(smallTargetsHere)})(${leastPx})];
      found.push(...problems.map((each) => setting + ": " + each));
    }
    return found;
  })()`);

/** Relative luminance as WCAG 2 has it. */
const luminance = (data: Buffer, at: number): number => {
  const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((offset) => {
    const share = data[at + offset]! / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** Counts the pixels that differ by at least a contrast, in two pictures (PNG) of the same place. */
export async function pixelsThatDiffer(before: Buffer, after: Buffer, contrast: number): Promise<number> {
  const [one, other] = [await readPng(before), await readPng(after)];
  if (one.width !== other.width || one.height !== other.height) throw new Error("Not of the same place.");
  let count = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    const [dark = 0, light = 0] = [luminance(one.data, at), luminance(other.data, at)].sort((a, b) => a - b);
    if ((light + 0.05) / (dark + 0.05) >= contrast) count++;
  }
  return count;
}
