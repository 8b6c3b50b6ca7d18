import { useData } from "vitepress";
import { defineComponent, h } from "vue";
import type { SiteConfig } from "../config.js";

/** What the package is good at, in figures. */
export const Figures = defineComponent({
  setup() {
    const { theme } = useData<SiteConfig>();
    return () =>
      h(
        "ul",
        { class: "figures" },
        theme.value.figures.map(({ value, text, page }) =>
          h("li", [
            h("a", { href: `/${page.replace(/[^/]$/, "$&.html")}` }, [h("strong", value), h("span", text)]),
          ]),
        ),
      );
  },
});
