import { computedColour } from "../contrast.js";
import { getColor, OKLCH, to } from "colorjs.io/fn";

/** What a site's own style sheet says, as far as the element has a place for it. Colours are as the browser computes them. */
export interface Site {
  brand?: string;
  page?: string;
  /** Values of the element's properties, such as `font`, without their prefix. */
  values: Record<string, string>;
}

/** What most sites' style sheets have a rule for. */
const body = `<h1>Title</h1><p>Text <a href="#">link</a></p>
<button class="button button-primary button--primary btn btn-primary btn--primary primary cta">Button</button>`;

/** Nothing in this document can load an address. */
const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;

const isGrey = (colour: string): boolean => (to(getColor(colour), OKLCH).coords[1] ?? 0) < 0.03;

/** Reads a site's style sheet: it is tried on a page of its own, with what most pages have. */
export async function readSite(css: string): Promise<Site> {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.srcdoc = `<!doctype html>${policy}<body>${body}</body>`;
  document.body.append(frame);
  await new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  const { contentDocument: page, contentWindow: view } = frame;
  const styleOf = (selector: string): CSSStyleDeclaration =>
    view!.getComputedStyle(page!.querySelector(selector)!);
  const read = () => ({
    button: styleOf("button").backgroundColor,
    link: styleOf("a").color,
    page: [styleOf("body"), styleOf("html")]
      .map(({ backgroundColor }) => backgroundColor)
      .find((colour) => colour !== "rgba(0, 0, 0, 0)"),
    font: styleOf("body").fontFamily,
    "heading-font": styleOf("h1").fontFamily,
    "button-radius": styleOf("button").borderTopLeftRadius,
  });
  const before = read();
  page!.head.append(Object.assign(page!.createElement("style"), { textContent: css }));
  const after = read();
  const root = styleOf("html");
  const named = [...css.matchAll(/--[\w-]*(?:brand|primary|accent)[\w-]*(?=\s*:)/gi)]
    .map(([name]) => computedColour(root.getPropertyValue(name), "light"))
    .filter((colour) => colour !== null);
  frame.remove();

  const changed = (name: keyof typeof after): string[] =>
    after[name] !== undefined && after[name] !== before[name] ? [after[name]] : [];
  const brand = [...changed("button"), ...named, ...changed("link")].find((colour) => !isGrey(colour));
  const values: Record<string, string> = {};
  for (const name of ["font", "heading-font", "button-radius"] as const)
    for (const value of changed(name))
      if (name !== "heading-font" || value !== after.font) values[name] = value;
  return { values, ...(brand && { brand }), ...(after.page && { page: after.page }) };
}
