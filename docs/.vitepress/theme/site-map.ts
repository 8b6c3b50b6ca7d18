import { useData, type DefaultTheme } from "vitepress";
import { defineComponent, h, type VNode } from "vue";

const list = (items: readonly DefaultTheme.SidebarItem[]): VNode =>
  h(
    "ul",
    items.map(({ text = "", link = "", items: below }) => {
      const page = h("a", { href: link.replace(/[^/]$/, "$&.html") }, text);
      if (!below) return h("li", [page]);
      return h("li", [h("details", [h("summary", text), list([{ text, link }, ...below])])]);
    }),
  );

/** Every page of the site, in its group. `level` is that of the groups' headings. */
export const SiteMap = defineComponent({
  props: { level: { type: Number, default: 3 } },
  setup({ level }) {
    const { theme } = useData<DefaultTheme.Config>();
    const groups = theme.value.sidebar as readonly DefaultTheme.SidebarItem[];
    return () =>
      h(
        "nav",
        { class: "site-map", "aria-label": "All pages" },
        groups.map(({ text, items = [] }) => h("section", [h(`h${level}`, text), list(items)])),
      );
  },
});
