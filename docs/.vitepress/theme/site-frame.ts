import { useData } from "vitepress";
import DefaultLayout from "vitepress/theme-without-fonts";
import { defineComponent, h } from "vue";
import type { SiteConfig } from "../config.js";
import { SiteMap } from "./site-map.js";

/** Below every page: what this is, which version, and its licence. */
const SiteFooter = defineComponent({
  setup() {
    const { theme } = useData<SiteConfig>();
    return () => {
      const { name, version, license } = theme.value.project;
      // No `footer`: the theme has one below each document, and a page may have only one of that role.
      return h("section", { class: "site-footer", "aria-label": "This site" }, [
        h("p", [
          `${name} ${version}, `,
          h("a", { href: "/files/license.html" }, `${license} licence`),
          ". ",
          h("a", { href: "/changelog.html" }, "What has changed"),
          ". ",
          h("a", { href: "/security-policy.html" }, "Report a vulnerability"),
          ".",
        ]),
      ]);
    };
  },
});

/** In place of a page that does not exist. */
const NotFound = defineComponent({
  setup() {
    return () =>
      h("main", { class: "not-found vp-doc" }, [
        h("h1", "This page does not exist"),
        h("p", [
          "The address may be mistyped, or the page has moved. Search for it above, ",
          h("a", { href: "/" }, "begin at the first page"),
          ", or choose one of these:",
        ]),
        h(SiteMap, { level: 2 }),
      ]);
  },
});

/** The theme's own layout, with these two. */
export const SiteFrame = defineComponent({
  setup: () => () =>
    h(DefaultLayout.Layout, undefined, {
      "not-found": () => h(NotFound),
      "layout-bottom": () => h(SiteFooter),
    }),
});
