import * as v from "valibot";

export const tagName = "onegini-otp-login";

const box = v.object({ x: v.number(), y: v.number(), width: v.number(), height: v.number() });

const element = v.object({
  isDefined: v.boolean(),
  /** From `:state()`. Undefined: not defined, or a version that has none. */
  phase: v.optional(v.string()),
  isManual: v.boolean(),
  /** Whether it has a box that a person can see, here or further down. */
  isVisible: v.boolean(),
  isInView: v.boolean(),
  /** Whether one has to scroll to it. */
  isBeyond: v.boolean(),
  /** Whether nothing is over its middle. */
  isOnTop: v.boolean(),
  /** The nearest `lang`. */
  pageLanguage: v.string(),
  /** Of its texts. */
  language: v.string(),
  /** The text of its children, which a browser shows as long as it is not defined. */
  fallback: v.string(),
  /** The message in the code's place. */
  message: v.string(),
  /** Of its code, on the page. */
  code: v.optional(box),
  /** The name of the element over its code. */
  coveredBy: v.optional(v.string()),
});

const state = v.object({
  url: v.string(),
  title: v.string(),
  isLoaded: v.boolean(),
  elements: v.array(element),
  isInTemplate: v.boolean(),
  frames: v.array(v.string()),
  scripts: v.number(),
  hasMetaPolicy: v.boolean(),
  /** The addresses of scripts that must have a certain hash. */
  fixedScripts: v.array(v.string()),
  /** Of a page without the element. */
  html: v.string(),
});

/** What the page looks like at one moment. The page may have written each text. */
export type PageState = v.InferOutput<typeof state>;
export type ElementState = v.InferOutput<typeof element>;

/** The element that a person uses: the first that can be seen. */
export const mainElement = ({ elements }: PageState): ElementState | undefined =>
  elements.find(({ isVisible }) => isVisible) ?? elements[0];

/** @param clean takes secrets out of a text */
export function parsePageState(value: unknown, clean: (text: string) => string): PageState {
  const page = v.parse(state, value);
  const short = (text: string): string => clean(text).slice(0, 300);
  return {
    ...page,
    title: short(page.title),
    frames: page.frames.map(short),
    elements: page.elements.map((each) => ({
      ...each,
      pageLanguage: short(each.pageLanguage),
      language: short(each.language),
      fallback: short(each.fallback),
      message: short(each.message),
      coveredBy: each.coveredBy === undefined ? undefined : short(each.coveredBy),
    })),
  };
}

/** Runs in the page. */
function findElements(root: ParentNode, tag: string): Element[] {
  const found: Element[] = [];
  for (const each of root.querySelectorAll("*")) {
    if (each.localName === tag) found.push(each);
    else if (each.shadowRoot) found.push(...findElements(each.shadowRoot, tag));
  }
  return found;
}

/**
 * Runs in the page, in a world of its own: the page's scripts cannot see or change it. Hence it uses nothing from around it but
 * `findElements`. It scrolls to an element that waits to be seen.
 */
function readPage(tag: string): PageState {
  // More than is printed: what is a secret is taken out before it is cut.
  const maxText = 2000;
  const textOf = (node: Node | null | undefined): string =>
    (node?.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, maxText);
  const languageOf = (each: Element): string => {
    const near = each.closest("[lang]")?.getAttribute("lang");
    const root = each.getRootNode();
    return (near ?? (root instanceof ShadowRoot ? languageOf(root.host) : "")).slice(0, maxText);
  };
  const phases = ["idle", "requesting", "pending", "approved", "completed", "denied", "expired", "failed"];
  const hasState = (each: Element, name: string): boolean => {
    try {
      return each.matches(`:state(${name})`);
    } catch {
      return false;
    }
  };
  const found = findElements(document, tag);
  const read = (each: Element): ElementState => {
    const rect = each.getBoundingClientRect();
    const isRendered = each.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const isVisible = isRendered && rect.width > 0 && rect.height > 0;
    const isInView =
      isVisible && rect.bottom > 0 && rect.right > 0 && rect.top < innerHeight && rect.left < innerWidth;
    // One that is not defined yet has no size, and may wait for this. Only the first, so that it stays in view.
    const isBeyond = document.readyState === "complete" && (rect.bottom < 0 || rect.top > innerHeight);
    if (isRendered && isBeyond && each === found[0])
      each.scrollIntoView({ block: "center", behavior: "instant" });
    const root = each.shadowRoot;
    const canvas = root?.querySelector("canvas");
    const place = canvas?.getBoundingClientRect();
    const isPainted = canvas && place && canvas.width > 0 && place.width > 0;
    // As seen from where the element is, which may be in a shadow tree.
    const around = each.getRootNode() as Document | ShadowRoot;
    const at = (x: number, y: number): Element | null =>
      around.elementFromPoint(rect.x + rect.width * x, rect.y + rect.height * y);
    const over = isPainted
      ? [0.5, 0.15, 0.85]
          .flatMap((x) =>
            [0.5, 0.15, 0.85].map((y) =>
              around.elementFromPoint(place.x + place.width * x, place.y + place.height * y),
            ),
          )
          .find((element) => element && element !== each)
      : null;
    return {
      isDefined: each.matches(":defined"),
      phase: phases.find((phase) => hasState(each, phase)),
      isManual: each.hasAttribute("manual"),
      isVisible,
      isInView,
      isBeyond,
      isOnTop: isInView && at(0.5, 0.5) === each,
      pageLanguage: languageOf(each),
      language: root?.querySelector("section")?.lang ?? "",
      fallback: textOf(each),
      message: textOf(root?.querySelector("[part~=message]")),
      ...(isPainted && {
        code: {
          // A page from right to left scrolls to negative places.
          x:
            place.x +
            scrollX +
            (document.dir === "rtl"
              ? document.documentElement.scrollWidth - document.documentElement.clientWidth
              : 0),
          y: place.y + scrollY,
          width: place.width,
          height: place.height,
        },
      }),
      ...(over && over !== each && { coveredBy: over.localName.slice(0, maxText) }),
    };
  };
  return {
    url: location.href.slice(0, 2000),
    title: document.title.slice(0, maxText),
    isLoaded: document.readyState === "complete",
    elements: found.slice(0, 5).map(read),
    isInTemplate: [...document.querySelectorAll("template")].some((each) => each.content.querySelector(tag)),
    frames: [...document.querySelectorAll("iframe")]
      .slice(0, 5)
      .map(({ src }) => src.slice(0, maxText) || "a frame without an address"),
    scripts: document.scripts.length,
    hasMetaPolicy: document.querySelector("meta[http-equiv=Content-Security-Policy i]") !== null,
    fixedScripts: [...document.scripts]
      .filter((each) => each.integrity !== "" && each.src !== "")
      .slice(0, 20)
      .map(({ src }) => src.slice(0, maxText)),
    html: found.length > 0 ? "" : (document.documentElement?.outerHTML ?? "").slice(0, 100_000),
  };
}

/** esbuild, which runs the sources in tests, wraps functions in `__name`. */
const withFunctions = (expression: string): string =>
  `{ const __name = (each) => each; ${findElements.toString()}; ${expression} }`;

/** The expression to run in the page. */
export const readPageExpression = withFunctions(`(${readPage.toString()})(${JSON.stringify(tagName)})`);

const settings = v.object({
  /** The address of the login API that the element calls. */
  endpoint: v.string(),
  /** Empty if there is none. */
  appLink: v.string(),
});

/** What a page has set of an element. */
export type ElementSettings = v.InferOutput<typeof settings>;

export function parseSettings(value: unknown): ElementSettings | undefined {
  const { success, output } = v.safeParse(settings, value);
  if (!success) return undefined;
  return { endpoint: output.endpoint.slice(0, 1000), appLink: output.appLink.slice(0, 1000) };
}

/**
 * The expression for an element's settings. Its properties are in the page's own world, which may lie about them.
 *
 * @param index of the element in `PageState.elements`
 */
export const settingsExpression = (index: number): string =>
  withFunctions(
    `const element = findElements(document, ${JSON.stringify(tagName)})[${index}]; ({
      endpoint: new URL(element?.endpoint || "/otp-login", document.baseURI).href,
      appLink: String(element?.appLink ?? element?.getAttribute("app-link") ?? ""),
    })`,
  );
