import { getColor, OKLCH, to } from "colorjs.io/fn";
import { computedColour, contrast } from "../contrast.js";
import { ownGrounds } from "./brand.js";

/** What a site's own style sheet says, as far as the element has a place for it. Colours are as the browser computes them. */
export interface Site {
  brand?: string;
  page?: string;
  /** Whether its pages are always dark. */
  isDark: boolean;
  /** Values of the element's properties, such as `font`, without their prefix. */
  values: Record<string, string>;
}

/** What most sites' style sheets have a rule for. */
const body = `<h1>Title</h1><p>Text <a href="#">link</a></p>
<div class="card panel box">Card</div>
<button class="button button-primary button--primary btn btn-primary btn--primary primary cta">Button</button>`;

/** Nothing in this document can load an address. */
const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;

/** Light greys are the colours of second buttons. */
const isBrand = (colour: string): boolean =>
  (to(getColor(colour), OKLCH).coords[1] ?? 0) > 0.03 || contrast("#ffffff", colour) > 4.5;

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
    radius: styleOf(".card").borderTopLeftRadius,
    card: styleOf(".card").backgroundColor,
    text: styleOf("body").color,
  });
  const before = read();
  page!.head.append(Object.assign(page!.createElement("style"), { textContent: css }));
  const after = read();
  const root = styleOf("html");
  const named = [...css.matchAll(/--[\w-]*(?:brand|primary|accent)[\w-]*(?=\s*:)/gi)]
    .map(([name]) => computedColour(root.getPropertyValue(name), "light"))
    .filter((colour) => colour !== null);
  frame.remove();

  const changed = (name: keyof typeof after): string | undefined =>
    after[name] === before[name] ? undefined : after[name];
  const isDark =
    after.page !== undefined && contrast("#ffffff", after.page) > contrast("#000000", after.page);
  const brand = [changed("button"), ...named, changed("link")].find((colour) => colour && isBrand(colour));
  const inBoth = (light: string | undefined, dark: string): string | undefined =>
    light === undefined || isDark ? light : `light-dark(${light}, ${dark})`;
  const values = {
    font: changed("font"),
    "heading-font": after["heading-font"] === after.font ? undefined : changed("heading-font"),
    // A button without corners has as few as one without a style.
    "button-radius": changed(changed("button") ? "button" : "button-radius") && after["button-radius"],
    radius: changed("card") && after.radius,
    surface: inBoth(changed("card") ?? (isDark ? after.page : undefined), ownGrounds.dark[0]!),
    text: inBoth(changed("text"), "#f1f3f6"),
  };
  return {
    isDark,
    values: Object.fromEntries(Object.entries(values).filter(([, value]) => value)) as Record<string, string>,
    ...(brand && { brand }),
    ...(after.page && { page: after.page }),
  };
}
