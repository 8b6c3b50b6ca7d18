import { readFileSync } from "node:fs";
import type { Random } from "./random.js";

/** The custom properties and the parts that the element's manifest names. */
function publicNames(): { own: string[]; parts: string[] } {
  interface Named {
    name: string;
  }
  const manifest = JSON.parse(
    readFileSync(new URL("../../../../custom-elements.json", import.meta.url), "utf8"),
  ) as { modules: { declarations?: { cssProperties?: Named[]; cssParts?: Named[] }[] }[] };
  const element = manifest.modules
    .flatMap(({ declarations = [] }) => declarations)
    .find(({ cssParts }) => cssParts !== undefined);
  const names = (list: Named[] = []): string[] => list.map(({ name }) => name);
  return { own: names(element?.cssProperties), parts: names(element?.cssParts) };
}

const { own, parts } = publicNames();

/** A cover of these would hide what they hold: their pseudo-elements are tried. */
const holdsTheCode = ["base", "body", "stage", "qr", "dialog"];

/** Values that a site might set for a property. One of them is picked. */
type Declarations = Readonly<Record<string, readonly string[]>>;

/** Inherited properties. Not `visibility`: a site that hides the element hides the code on purpose. */
const inherited: Declarations = {
  color: ["#fff", "#000", "#8888", "transparent"],
  "-webkit-text-fill-color": ["#fff", "transparent"],
  "-webkit-text-stroke": ["30px #000", "2px #fff"],
  "text-shadow": ["0 0 40px #000", "0 120px 0 #000", "90px 90px 9px #000, -90px -90px #fff"],
  "font-size": ["0", "6px", "10px", "22px", "30px", "40px"],
  "font-family": ["serif", "monospace", "cursive", "fantasy", "system-ui", "math", "'no such font'"],
  "font-weight": ["100", "900"],
  "font-style": ["italic", "oblique 40deg"],
  "font-stretch": ["ultra-condensed", "ultra-expanded"],
  "font-variant": ["all-small-caps", "slashed-zero"],
  "line-height": ["0", "1", "3", "5px", "60px"],
  "letter-spacing": ["-8px", "-0.1em", "0.5em", "12px"],
  "word-spacing": ["-20px", "3em"],
  "text-indent": ["-200px", "60px", "50%"],
  "text-align": ["center", "right", "justify"],
  "text-transform": ["uppercase", "full-width"],
  "text-decoration": ["underline wavy #000 9px"],
  "text-emphasis": ["filled #000"],
  "text-orientation": ["upright", "sideways"],
  "white-space": ["nowrap", "pre", "break-spaces"],
  "word-break": ["break-all", "keep-all"],
  "overflow-wrap": ["anywhere", "normal"],
  "tab-size": ["0", "80"],
  hyphens: ["auto"],
  direction: ["rtl", "ltr"],
  "writing-mode": ["vertical-rl", "vertical-lr", "sideways-lr", "horizontal-tb"],
  "image-rendering": ["smooth", "pixelated", "crisp-edges", "-webkit-optimize-contrast"],
  "image-orientation": ["none"],
  "color-scheme": ["dark", "only light", "light dark"],
  "forced-color-adjust": ["auto", "none", "preserve-parent-color"],
  "print-color-adjust": ["exact"],
  "list-style": ["square inside"],
  quotes: ["none"],
  cursor: ["none"],
  "pointer-events": ["none"],
  "border-collapse": ["collapse"],
  "border-spacing": ["40px"],
  fill: ["#000"],
  stroke: ["#000"],
  "stroke-width": ["80px"],
  "stroke-linecap": ["square"],
  "paint-order": ["stroke"],
  "shape-rendering": ["crispEdges"],
  "user-select": ["none"],
};

/** Properties of painting, with all values that would spoil a code. */
const paint: Declarations = {
  filter: [
    "invert(1)",
    "blur(4px)",
    "contrast(.1)",
    "brightness(0)",
    "opacity(.1)",
    "drop-shadow(0 0 30px #000)",
  ],
  "backdrop-filter": ["invert(1)", "blur(9px)"],
  opacity: ["0", ".1", ".3"],
  "mix-blend-mode": ["difference", "multiply", "exclusion", "screen"],
  "background-blend-mode": ["difference"],
  transform: ["rotate(40deg)", "scale(.2)", "skew(50deg)", "perspective(90px) rotateY(70deg)", "scaleX(-1)"],
  rotate: ["33deg", "x 80deg"],
  scale: [".3", "0", "-1 1", "1.37"],
  zoom: [".3", ".77", "2"],
  offset: ["path('M0 0L90 50') 50% 45deg"],
  perspective: ["20px"],
  "transform-style": ["preserve-3d"],
  "will-change": ["transform, opacity"],
  "clip-path": ["circle(20%)", "inset(40%)", "polygon(0 0, 100% 0, 0 100%)"],
  clip: ["rect(0 20px 20px 0)"],
  mask: ["linear-gradient(#000, transparent)", "radial-gradient(#000 20%, #0000 60%)"],
  "-webkit-mask-box-image": ["linear-gradient(#000, #0000) 30"],
  "-webkit-box-reflect": ["below -200px"],
  background: ["#000", "repeating-linear-gradient(45deg, #000 0 3px, #fff 3px 6px)", "#777"],
  color: ["#fff", "#000"],
  "box-shadow": ["inset 0 0 99px 40px #000", "0 0 0 60px #000"],
  outline: ["40px solid #000"],
  "outline-offset": ["-60px", "-20px"],
  "border-image": ["repeating-linear-gradient(#000 0 2px, #fff 2px 4px) 30"],
  "image-rendering": ["smooth", "auto"],
  "forced-color-adjust": ["auto"],
  "color-scheme": ["dark"],
  animation: ["spoil .3s infinite alternate", "spoil 9s -4s paused both"],
  transition: ["all 9s", "all 0s 9s"],
};

/**
 * Properties of size and position. None moves the code out of the page at its start, because a page cannot scroll
 * there.
 */
const place: Declarations = {
  display: ["none", "contents", "inline", "grid", "flex", "inline-table", "flow-root", "list-item"],
  visibility: ["hidden", "collapse"],
  "content-visibility": ["hidden", "auto"],
  position: ["static", "absolute", "fixed", "sticky"],
  "z-index": ["-1", "99999"],
  overflow: ["hidden", "clip", "scroll"],
  contain: ["strict", "paint", "size layout"],
  width: ["0", "60px", "123.4px", "100%", "420px"],
  height: ["0", "60px", "200px"],
  "max-width": ["50px", "none"],
  "max-height": ["80px"],
  "min-width": ["300px"],
  "min-height": ["500px"],
  "aspect-ratio": ["1 / 3"],
  "box-sizing": ["content-box", "border-box"],
  padding: ["0", "3px", "40px", "50px 0 0 50px"],
  margin: ["-20px", "7.3px", "20px"],
  border: ["0", "9px solid #000", "1.5px dashed #fff"],
  "border-radius": ["50%", "200px", "0"],
  float: ["left", "right"],
  columns: ["3", "80px"],
  "object-fit": ["none", "cover"],
  "object-position": ["80px 40px"],
  "place-items": ["end", "stretch"],
  "align-self": ["stretch", "end"],
  "grid-area": ["2 / 2"],
  order: ["9"],
  "font-size": ["0", "30px"],
  "line-height": ["0", "4"],
  "writing-mode": ["vertical-rl"],
  "text-indent": ["-90px"],
};

/** Properties that could cover the card. */
const cover: Declarations = {
  position: ["absolute", "fixed", "relative"],
  inset: ["0", "-40px"],
  width: ["100%", "900px", "auto"],
  height: ["100%", "900px", "auto"],
  background: ["#000", "#fff", "repeating-linear-gradient(#000 0 3px, #fff 3px 6px)"],
  "clip-path": ["none"],
  overflow: ["visible"],
  "z-index": ["1", "99999", "2147483647"],
  content: ["''", "'a text that covers the code'"],
  display: ["block"],
  "mix-blend-mode": ["difference"],
  "backdrop-filter": ["invert(1)"],
  "box-shadow": ["0 0 0 400px #000"],
  font: ["bold 90px/1 serif"],
  color: ["#000"],
  margin: ["0 0 -90px", "-20px"],
  transform: ["translateY(120px)", "scale(4)"],
  "text-shadow": ["0 120px #000"],
};

export const keyframes = `@keyframes spoil {
  from { opacity: 0; filter: invert(1); transform: scale(.2) }
  to { opacity: .4; filter: blur(6px); rotate: 70deg; clip-path: circle(3%) }
}`;

/** A rule with some of the declarations at random, each important or not. */
function rule(selector: string, declarations: Declarations, probability: number, random: Random): string {
  const names = random.some(Object.keys(declarations), probability);
  const body = names.map(
    (name) => `${name}: ${random.pick(declarations[name]!)}${random.next() < 0.5 ? " !important" : ""}`,
  );
  return `${selector} { ${body.join("; ")} }`;
}

/** Rules for one site, given the selector of the element's place. */
export type Rules = (place: string, random: Random) => string;

export const hostileInheritance: Rules = (at, random) => rule(at, inherited, 0.25, random);

export const hostilePart =
  (part: string): Rules =>
  (at, random) => {
    const selector = `${at} onegini-otp-login::part(${part})`;
    return rule(selector, random.pick([paint, place, { ...paint, ...place }]), 0.2, random);
  };

/** Rules for `::part()`, and pseudo-elements of parts that could cover the code. */
export const coveringParts: Rules = (at, random) =>
  random
    .some(
      parts.flatMap((part) =>
        ["", "::before", "::after"]
          .filter((pseudo) => pseudo !== "" || !holdsTheCode.includes(part))
          .map((pseudo) => `::part(${part})${pseudo}`),
      ),
      0.1,
    )
    .map((part) => rule(`${at} onegini-otp-login${part}`, cover, 0.5, random))
    .join("\n");

/** Covers in the slots, and slotted elements that a site moves over the code. */
export const coveringSlots: Rules = (at, random) =>
  ["logo", "footer"]
    .flatMap((slot) => ["", "::before", "::after"].map((pseudo) => `${at} [slot=${slot}]${pseudo}`))
    .map((selector) => rule(selector, cover, 0.4, random))
    .join("\n");

/** The four themes of the documents. */
const themes = ["bank", "material", "corporate", "gaming"].map((name) =>
  readFileSync(new URL(`../../../../src/public/themes/${name}.css`, import.meta.url), "utf8"),
);
export const theme: Rules = (at, random) =>
  random.pick(themes).replaceAll(/^onegini-otp-login/gm, `${at} onegini-otp-login`);

const inside = ["_surface", "_text", "_accent", "_line", "_sunken", "_muted", "_site"].map(
  (name) => `--${name}`,
);
const nonsense = [
  ...[
    "",
    "#000",
    "#fff",
    "#0000",
    "none",
    "inherit",
    "initial",
    "garbage",
    "url(x)",
    "var(--nope)",
    "0",
    "-5px",
  ],
  ...[
    "50%",
    "99999px",
    "calc(1px / 0)",
    "1e9em",
    "conic-gradient(#000, #fff)",
    "light-dark(#000, #fff)",
    "canvas",
  ],
  "repeating-linear-gradient(#000 0 2px, #fff 2px 4px)",
];

/** Any values for the custom properties and for the element's internal ones. */
export const hostileProperties: Rules = (at, random) =>
  rule(
    random.pick([at, `${at} onegini-otp-login`]),
    {
      ...Object.fromEntries([...own, ...inside].map((name) => [name, nonsense])),
      // Of a card as large as the others' largest values there is no picture. `line` is beside the width in a shorthand.
      ...Object.fromEntries(
        ["padding", "border-width", "line", "control-height"].map((name) => [
          `--onegini-otp-login-${name}`,
          [...nonsense.filter((value) => !/^9|^1e9|^calc/.test(value)), "90px"],
        ]),
      ),
    },
    0.5,
    random,
  );

/** What sites reset, and the fonts that they use. */
export const resets: Rules = (at, random) => {
  const all = [
    `${at} * { all: unset }`,
    `${at} * { all: unset !important }`,
    `${at} * { all: revert }`,
    `${at}, ${at} * { margin: 0; padding: 0; box-sizing: content-box; font: inherit; vertical-align: baseline }`,
    `canvas, img, svg, video { max-width: 100%; height: auto; display: block }`,
    `canvas { display: none !important; filter: invert(1) !important; width: 1px !important }`,
    `section, h2, dialog, .stage, .plate { display: none !important; background: #000 !important }`,
    `${at} *, ${at} *::before, ${at} *::after { transition: all 2s }`,
    `${at} * { display: inline !important }`,
    `${at} * { display: contents }`,
    `${at} * { container: none; contain: none; max-inline-size: none !important }`,
    `${at} { line-height: 0; font-size: 0 } ${at} * { font-size: 62.5% }`,
    `${at} * { outline: 3px solid #000; box-shadow: 0 0 9px #000 }`,
    `${at} * { font-family: ${random.pick(inherited["font-family"]!)} !important }`,
    `${at} * { font: ${random.pick(["900 26px/1 monospace", "italic 9px/4 cursive", "caption", "30px fantasy"])} }`,
    `:root { font-size: ${random.pick(["62.5%", "30px", "5px"])} }`,
  ];
  return random.some(all, 0.15).join("\n");
};

/** Sites that zoom their page with CSS. */
export const zooms: Rules = (at, random) => `${at} { zoom: ${random.pick([1.05, 1.1, 1.25, 1.3, 1.5])} }`;

/** Low contrast: greys on grey as a site's own colours. */
export const lowContrast: Rules = (at, random) => {
  const grey = () => `hsl(${random.between(0, 359)} ${random.between(0, 30)}% ${random.between(44, 56)}%)`;
  return `${at} { background: ${grey()}; color: ${grey()} }
    ${at} onegini-otp-login { ${["accent", "on-accent", "surface", "text"]
      .map((name) => `--onegini-otp-login-${name}`)
      .map((name) => `${name}: ${grey()}`)
      .join("; ")} }`;
};
