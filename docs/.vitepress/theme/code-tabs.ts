import { defineComponent, h, nextTick, ref, useId, watch, type PropType } from "vue";

/** What the reader has chosen last. Other tabs of the page that have it follow. */
const wanted = ref<string>();

const moves: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowLeft: (index, count) => (index + count - 1) % count,
  ArrowRight: (index, count) => (index + 1) % count,
  Home: () => 0,
  End: (_index, count) => count - 1,
};

/**
 * Listings in tabs, by the pattern of WAI-ARIA. A name such as "Server: Hono" puts its tab into a row with this label. `config.ts`
 * makes them of the page's `<details>`.
 */
export const CodeTabs = defineComponent({
  props: {
    names: { type: Array as PropType<string[]>, required: true },
    label: { type: String, required: true },
  },
  setup({ names, label }, { slots }) {
    const id = useId();
    const list = ref<HTMLElement>();
    const chosen = ref(0);
    watch(wanted, (name = "") => {
      if (names.includes(name)) chosen.value = names.indexOf(name);
    });
    const tabs = names.map((name, index) => {
      const [, row = "", text = name] = /^(.*?): (.*)$/.exec(name) ?? [];
      return { name, index, row, text };
    });
    const rows = [...new Set(tabs.map(({ row }) => row))];

    function move(event: KeyboardEvent): void {
      const index = moves[event.key]?.(chosen.value, names.length);
      if (index === undefined) return;
      event.preventDefault();
      wanted.value = names[index];
      void nextTick(() => list.value!.querySelector<HTMLElement>("[aria-selected=true]")!.focus());
    }

    const tab = ({ name, index, row, text }: (typeof tabs)[number]) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `${id}-tab-${index}`,
          "aria-controls": `${id}-${index}`,
          "aria-selected": index === chosen.value,
          tabindex: index === chosen.value ? 0 : -1,
          onClick: () => (wanted.value = name),
        },
        [row === "" ? undefined : h("span", { class: "visually-hidden" }, `${row}: `), text],
      );

    return () =>
      h("div", { class: "code-tabs" }, [
        h(
          "div",
          { ref: list, role: "tablist", "aria-label": label, onKeydown: move },
          rows.map((row) =>
            h("div", [
              row === "" ? undefined : h("span", { class: "row", "aria-hidden": "true" }, row),
              h("div", tabs.filter((each) => each.row === row).map(tab)),
            ]),
          ),
        ),
        names.map((_name, index) =>
          h(
            "div",
            {
              role: "tabpanel",
              id: `${id}-${index}`,
              "aria-labelledby": `${id}-tab-${index}`,
              hidden: index !== chosen.value,
            },
            slots[`tab-${index}`]?.(),
          ),
        ),
      ]);
  },
});
