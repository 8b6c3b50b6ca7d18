import { computed, defineComponent, h, onMounted, onUnmounted, reactive, ref, watch, type VNode } from "vue";
import manifest from "../../../custom-elements.json" with { type: "json" };
import { computedColour, hexColour, type Scheme } from "../../../demo/client/contrast.js";
import { brandValues, ownGrounds } from "../../../demo/client/theme/brand.js";
import { Contrasts, isLow, type Lowest } from "../../../demo/client/theme/contrasts.js";
import { readSite } from "../../../demo/client/theme/read-site.js";
import { isLoading, readTheme } from "../../../demo/client/theme/read-theme.js";
import {
  cssOf,
  jsonOf,
  kindOf,
  prefix,
  tag,
  tailwindOf,
  valueOf,
  withValues,
  type Kind,
} from "../../../demo/client/theme/theme.js";
import { ViewCard } from "../../../test/element/support/view-card.js";
import { CodeTabs } from "./code-tabs.js";
import { field, select } from "./fields.js";
import { cards, choices, filters, modelIn, type Look } from "./gallery-cards.js";
import { filterLabels, labels } from "./gallery-grid.js";
import { StateGrid } from "./state-grid.js";

const schemes = ["light", "dark"] as const;

interface Declaration {
  cssProperties?: { name: string; description: string; default?: string; syntax?: string }[];
}

const tokens = (manifest.modules as { declarations: readonly Declaration[] }[])
  .flatMap(({ declarations }) => declarations)
  .flatMap(({ cssProperties = [] }) => cssProperties);

/** The themes of the package, by their names. */
const themes = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>("../../../src/public/themes/*.css", {
      eager: true,
      query: "?raw",
      import: "default",
    }),
  ).map(([path, css]) => [/([\w-]+)\.css$/.exec(path)![1]!, css]),
);

/** What the link has besides the theme: the page around the card, and how it is looked at. */
const usualPage = {
  background: "",
  font: "",
  logo: "",
  phase: "all",
  /** In pixels, as the size of the page's text. */
  width: "320",
  text: "16",
  /** The least contrast of words. */
  least: "4.5",
  layout: "computer",
  language: "en",
};

/** Every state of the card, and its dialog. */
const measured = [
  ...cards,
  {
    name: "the large code",
    shown: { ...cards.find(({ phase }) => phase === "pending")!.shown, enlarged: true },
  },
];

/** What can be set between a least and a largest number of pixels. */
const lengths: Readonly<Record<string, readonly [label: string, least: number, most: number]>> = {
  width: ["Width, in px", 240, 1200],
  text: ["Text size, in px", 8, 40],
};

/** The accent of a card without a theme, on light pages. */
const ownBrand = "#1f4fd1";

const levels: Readonly<Record<string, string>> = { 4.5: "4.5 (level AA)", 7: "7 (level AAA)" };

/** The largest logo that the link has room for, in bytes. */
const largestLogo = 50_000;

/** How long the reader must rest before the contrasts are measured again. */
const restMs = 600;

const isImage = (address: string): boolean => /^data:image\/[\w.+-]+[;,]/.test(address);

const propertyOf = (kind: Kind): string => (kind === "length" ? "padding-left" : kind);

/** Whether the link may set this of the page. */
function isPossible(name: keyof typeof usualPage, value: string): boolean {
  if (name === "phase") return Object.hasOwn(filters, value);
  if (name === "least") return Object.hasOwn(levels, value);
  if (name === "logo") return isImage(value);
  const [, least, most] = lengths[name] ?? [];
  if (least !== undefined && most !== undefined) return Number(value) >= least && Number(value) <= most;
  return name === "layout" || name === "language" ? Object.hasOwn(choices[name], value) : !isLoading(value);
}

const addressOf = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error!);
    reader.readAsDataURL(file);
  });

const rounded = (figure: number): string => (Math.floor(figure * 100) / 100).toFixed(2);

/** A theme from a brand colour, a site's CSS or its own, on every state of the card; its address has all of it. */
export const ThemeStudio = defineComponent({
  setup() {
    const css = ref("");
    const page = reactive({ ...usualPage });
    const brand = ref(ownBrand);
    const siteCss = ref("");
    const said = ref("");
    const format = ref("CSS");
    const contrasts = ref<Lowest[]>();
    const meter = ref<HTMLElement>();
    const isCopied = ref("");
    /** What is typed for a token and no value of it. The theme does not get it. */
    const wrong = reactive<Record<string, string>>({});

    const reading = computed(() => readTheme(css.value));
    const theme = computed(() => reading.value.theme);
    /** The theme's rules for the cards of this page, which have a tag of their own. */
    const shownCss = computed(() =>
      cssOf(
        theme.value.map((rule) => ({
          ...rule,
          selector: rule.selector.replaceAll(
            new RegExp(`(^|,\\s*)${tag}(?![\\w-])`, "g"),
            "$1.studio view-card",
          ),
        })),
      ),
    );
    const exported = computed((): Record<string, string> => ({
      CSS: cssOf(theme.value),
      JSON: jsonOf(theme.value),
      Tailwind: tailwindOf(theme.value, valueOf(theme.value, "color-scheme")),
    }));
    const looks = computed(() =>
      schemes.map((scheme): Look => {
        const { width, layout, language } = page;
        return { width, layout, language, scheme, text: String(Number(page.text) / 0.16) };
      }),
    );
    const shown = computed(() =>
      cards.filter(
        (card) => filters[page.phase]!(card) && (!card.shown.otherPhone || page.layout === "phone"),
      ),
    );

    const set = (values: Readonly<Record<string, string>>): void => {
      css.value = cssOf(withValues(theme.value, values));
    };

    /** Makes the accent colours from the brand's, readable on the theme's own card. */
    function takeBrand(colour: string): void {
      brand.value = colour;
      const hex = hexColour(colour, "light");
      if (hex === null) return;
      const surface = valueOf(theme.value, `${prefix}surface`);
      const on = (scheme: Scheme): readonly string[] => {
        const own = surface === undefined ? null : computedColour(surface, scheme);
        return own === null ? ownGrounds[scheme] : [own];
      };
      set(brandValues(hex, { light: on("light"), dark: on("dark") }, Number(page.least)));
      const drawn = schemes.map((scheme) => hexColour(valueOf(theme.value, `${prefix}accent`)!, scheme));
      said.value = drawn.every((each) => each === hex)
        ? ""
        : `To be read, ${hex} is ${drawn[0]} on light pages and ${drawn[1]} on dark ones.`;
    }

    async function takeSite(): Promise<void> {
      const site = await readSite(siteCss.value);
      if (site.page !== undefined) page.background = site.page;
      set({
        "color-scheme": site.isDark ? "dark" : "",
        ...Object.fromEntries(Object.entries(site.values).map(([name, value]) => [prefix + name, value])),
      });
      said.value = "";
      if (site.brand !== undefined) takeBrand(hexColour(site.brand, "light")!);
      const found = [...(site.brand === undefined ? [] : ["brand colour"]), ...Object.keys(site.values)];
      said.value =
        found.length > 0
          ? `Found: ${found.join(", ")}. Not looked for: gradients, shadows and rules for dark pages. ${said.value}`
          : "No colour, font or corners found.";
    }

    async function takeLogo(event: Event): Promise<void> {
      const [file] = (event.target as HTMLInputElement).files ?? [];
      if (!file) return;
      const address = file.size <= largestLogo ? await addressOf(file) : "";
      if (isImage(address)) page.logo = address;
      said.value = isImage(address)
        ? ""
        : `A logo is a picture of at most ${largestLogo / 1_000} kB, so that the link can hold it.`;
    }

    /** A font of the reader's own. It stays in this page: the link has its name alone. */
    async function takeFont(event: Event): Promise<void> {
      const [file] = (event.target as HTMLInputElement).files ?? [];
      if (!file) return;
      const family = file.name.replace(/\.\w+$/, "").replaceAll(/[^\w -]/g, "");
      try {
        document.fonts.add(await new FontFace(family, await file.arrayBuffer()).load());
        page.font = `"${family}"`;
        // The token would win over the page's font.
        set({ [`${prefix}font`]: "" });
        said.value = "The card has the page’s font. The link has its name, and not its file.";
      } catch {
        said.value = "The browser cannot read this font.";
      }
    }

    function readLink(): void {
      const link = new URLSearchParams(location.hash.slice(1));
      css.value = link.get("css") ?? "";
      for (const name of Object.keys(usualPage) as (keyof typeof usualPage)[]) {
        const value = link.get(name);
        page[name] = value !== null && isPossible(name, value) ? value : usualPage[name];
      }
      const accent = valueOf(theme.value, `${prefix}accent`);
      brand.value = (accent !== undefined && hexColour(accent, "light")) || ownBrand;
    }

    function writeLink(): void {
      const link = new URLSearchParams(theme.value.length > 0 ? { css: cssOf(theme.value) } : {});
      for (const [name, value] of Object.entries(page))
        if (value !== usualPage[name as keyof typeof page]) link.set(name, value);
      history.replaceState(history.state, "", `${location.pathname}${link.size > 0 ? `#${link}` : ""}`);
    }

    let run = 0;
    /** Measures each state in each scheme, away from the reader, until something changes. */
    async function measure(): Promise<void> {
      const now = ++run;
      const lowest = new Contrasts(Number(page.least));
      for (const [index, look] of looks.value.entries()) {
        const place = meter.value!.children[index]!;
        for (const { name, shown: model } of measured) {
          const card = new ViewCard();
          card.model = modelIn(model, look);
          card.lang = look.language;
          place.replaceChildren(card);
          await card.updateComplete;
          for (const animation of card.shadowRoot!.getAnimations())
            if (animation.effect!.getComputedTiming().endTime !== Infinity) animation.finish();
          const dialog = model.enlarged ? card.shadowRoot!.querySelector("dialog") : null;
          dialog?.show();
          await lowest.add(name, schemes[index]!, card, dialog ?? place);
          if (now !== run) return;
        }
        place.replaceChildren();
      }
      contrasts.value = lowest.all;
    }

    let rest: ReturnType<typeof setTimeout> | undefined;
    const settle = (): void => {
      run++;
      clearTimeout(rest);
      rest = setTimeout(() => {
        writeLink();
        void measure();
      }, restMs);
    };

    onMounted(() => {
      readLink();
      addEventListener("hashchange", readLink);
      watch([css, page], settle);
      settle();
    });
    onUnmounted(() => {
      removeEventListener("hashchange", readLink);
      run++;
      clearTimeout(rest);
    });

    async function copy(what: string, text: string): Promise<void> {
      await navigator.clipboard.writeText(text);
      isCopied.value = what;
      setTimeout(() => (isCopied.value = ""), 2_000);
    }

    const copyButton = (what: string, textOf: () => string): VNode =>
      h(
        "button",
        { type: "button", onClick: () => copy(what, textOf()) },
        isCopied.value === what ? "Copied" : `Copy ${what}`,
      );

    const brandPanel = (): VNode[] => [
      h("div", { class: "studio-pair" }, [
        field("Brand colour", brand.value, takeBrand),
        field("Pick it", hexColour(brand.value, "light") ?? "#000000", takeBrand, { type: "color" }),
      ]),
      h("label", [
        h("span", "Or your site’s CSS"),
        h("textarea", {
          rows: 6,
          spellcheck: false,
          value: siteCss.value,
          onInput: (event: Event) => (siteCss.value = (event.target as HTMLTextAreaElement).value),
        }),
      ]),
      h("button", { type: "button", onClick: takeSite }, "Take its colours, font and corners"),
      select(
        "Or begin with a theme of the package",
        [["", "—"], ...Object.keys(themes).map((name) => [name, name] as const)],
        Object.keys(themes).find((name) => themes[name] === css.value) ?? "",
        (name) => (css.value = themes[name] ?? ""),
      ),
    ];

    const tokensPanel = (): VNode[] => [
      select(
        "The card’s colours",
        [
          ["", "as the page"],
          ["light", "always light"],
          ["dark", "always dark"],
        ],
        valueOf(theme.value, "color-scheme") ?? "",
        (value) => set({ "color-scheme": value }),
      ),
      ...tokens.map(({ name, description, syntax, default: byDefault = "" }) => {
        const kind = kindOf({ name, syntax });
        const write = (text: string): void => {
          wrong[name] = text === "" || (CSS.supports(propertyOf(kind), text) && !isLoading(text)) ? "" : text;
          if (!wrong[name]) set({ [name]: text });
        };
        const label = wrong[name]
          ? `${name.replace(prefix, "")}: no ${kind === "color" ? "colour" : kind} of CSS, left out`
          : name.replace(prefix, "");
        return field(label, wrong[name] || (valueOf(theme.value, name) ?? ""), write, {
          placeholder: byDefault,
          title: description,
          "aria-invalid": Boolean(wrong[name]) || undefined,
        });
      }),
    ];

    const pagePanel = (): VNode[] =>
      [
        field("Background", page.background, (value) => (page.background = isLoading(value) ? "" : value), {
          placeholder: "light-dark(#eef1f5, #0d0f13)",
        }),
        field("Font", page.font, (value) => (page.font = isLoading(value) ? "" : value), {
          placeholder: "system-ui, sans-serif",
        }),
        h("label", [
          h("span", "A font’s file: it stays in this page"),
          h("input", { type: "file", accept: ".woff2,.woff,.ttf,.otf", onChange: takeFont }),
        ]),
        h("label", [h("span", "Logo"), h("input", { type: "file", accept: "image/*", onChange: takeLogo })]),
        page.logo === ""
          ? undefined
          : h("button", { type: "button", onClick: () => (page.logo = "") }, "Remove the logo"),
        ...(["width", "text"] as const).map((name) => {
          const [label, min, max] = lengths[name]!;
          const write = (value: string): void => {
            if (isPossible(name, value)) page[name] = value;
          };
          return field(label, page[name], write, { type: "number", min, max });
        }),
        ...(["layout", "language"] as const).map((name) =>
          select(labels[name], Object.entries(choices[name]), page[name], (value) => (page[name] = value)),
        ),
        select(
          "Phase",
          Object.keys(filters).map((name) => [name, filterLabels[name] ?? name]),
          page.phase,
          (value) => (page.phase = value),
        ),
      ].filter((each) => each !== undefined);

    const contrastPanel = (): VNode[] => [
      select("Words need", Object.entries(levels), page.least, (value) => (page.least = value)),
      h("table", [
        h("thead", [
          h("tr", [
            h("th", { scope: "col" }, "On what is behind it"),
            schemes.map((scheme) => h("th", { scope: "col" }, scheme)),
          ]),
        ]),
        h(
          "tbody",
          contrasts.value?.map(({ what, least, found }) =>
            h("tr", [
              h("th", { scope: "row" }, what),
              schemes.map((scheme) => {
                const place = found[scheme];
                if (!place) return h("td", "–");
                const { figure, state } = place;
                return figure < least
                  ? h("td", { class: "low" }, `${rounded(figure)}, not ${least}: ${state}`)
                  : h("td", rounded(figure));
              }),
            ]),
          ),
        ),
      ]),
      h(
        "p",
        "The lowest of all states: words and edges on the pixels behind them, with your ::part() rules and gradients. Edges and focus need 3; other lines carry no meaning.",
      ),
    ];

    const codePanel = (): VNode[] => [
      select(
        "Format",
        Object.keys(exported.value).map((name) => [name, name]),
        format.value,
        (name) => (format.value = name),
      ),
      h("textarea", {
        "aria-label": format.value,
        rows: 16,
        spellcheck: false,
        readonly: format.value !== "CSS",
        value: format.value === "CSS" ? css.value : exported.value[format.value],
        onInput: (event: Event) => (css.value = (event.target as HTMLTextAreaElement).value),
      }),
      ...reading.value.leftOut.map((remark) => h("p", { class: "low" }, remark)),
      h("div", { class: "studio-actions" }, [
        copyButton(format.value, () => exported.value[format.value]!),
        copyButton("link", () => {
          writeLink();
          return location.href;
        }),
        h("button", { type: "button", onClick: () => (css.value = "") }, "Start again"),
      ]),
    ];

    const summary = computed(() => {
      if (!contrasts.value) return "Measuring the contrasts…";
      const low = contrasts.value.filter(isLow).length;
      if (low === 0) return `All ${contrasts.value.length} contrasts are enough.`;
      return `${low} of ${contrasts.value.length} contrasts are too low: see “Contrast”.`;
    });

    const panels = {
      Brand: brandPanel,
      Tokens: tokensPanel,
      Page: pagePanel,
      Contrast: contrastPanel,
      Code: codePanel,
    };

    return () =>
      h(
        "div",
        {
          class: "studio",
          style: { "--studio-page": page.background || undefined, "--studio-font": page.font || undefined },
        },
        [
          h("style", shownCss.value),
          h("section", { class: "studio-controls", "aria-label": "The theme" }, [
            h("p", { role: "status" }, summary.value),
            h(
              CodeTabs,
              { names: Object.keys(panels), label: "The theme" },
              Object.fromEntries(
                Object.values(panels).map((panel, index) => [
                  `tab-${index}`,
                  () => h("div", { class: "studio-panel" }, panel()),
                ]),
              ),
            ),
            h("p", { role: "status" }, said.value),
          ]),
          h("div", { class: "studio-states" }, [
            h(StateGrid, { cards: shown.value, looks: looks.value, logo: page.logo }),
          ]),
          h(
            "div",
            { ref: meter, class: "studio-meter", inert: true, "aria-hidden": "true" },
            looks.value.map(({ scheme, width, text }) =>
              h("div", {
                class: "gallery-frame",
                style: { "--width": `${width}px`, "--text": Number(text) / 100, colorScheme: scheme },
              }),
            ),
          ),
        ],
      );
  },
});
