import { useData } from "vitepress";
import { computed, defineComponent, h, nextTick, onMounted, reactive, ref, watch, type VNode } from "vue";
import type { ViewCard } from "../../../test/element/support/view-card.js";
import { cards, choices, filters, modelIn, usual, type Look } from "./gallery-cards.js";
import { select } from "./fields.js";
import { sheetPictures } from "./gallery.js";
import { StateGrid } from "./state-grid.js";

type Choice = keyof Look;

export const labels: Readonly<Record<Choice, string>> = {
  scheme: "Colours",
  language: "Language",
  width: "Width",
  layout: "Layout",
  text: "Text size",
};
const names = Object.keys(labels) as Choice[];

export const filterLabels: Readonly<Record<string, string>> = { each: "One of each", all: "All states" };

/** Every state of the card in one look or, to compare, in two. The address has what the reader has chosen. */
export const GalleryGrid = defineComponent({
  setup() {
    const { isDark } = useData();
    const filter = ref("each");
    const first = reactive({ ...usual });
    const second = reactive({ ...usual });
    const isPair = ref(false);
    const isMounted = ref(false);
    /** The card that the address leads to. */
    const linkedId = ref("");

    const shown = computed(() =>
      cards.filter(
        (card) => filters[filter.value]!(card) && (!card.shown.otherPhone || first.layout === "phone"),
      ),
    );
    const looks = computed(() => (isPair.value ? [first, second] : [first]));

    function readAddress(): void {
      const query = new URLSearchParams(location.search);
      const phase = query.get("phase") ?? "";
      if (Object.hasOwn(filters, phase)) filter.value = phase;
      for (const name of names) {
        const [one = "", two = ""] = [query.get(name) ?? "", query.get(`${name}2`) ?? ""];
        if (Object.hasOwn(choices[name], one)) first[name] = one;
        if (!Object.hasOwn(choices[name], two)) continue;
        second[name] = two;
        isPair.value = true;
      }
      const linked = cards.find(({ id }) => `#${id}` === location.hash);
      if (!linked) return;
      linkedId.value = linked.id;
      if (!shown.value.includes(linked)) filter.value = "all";
      void nextTick(() => document.getElementById(linked.id)?.scrollIntoView());
    }

    function writeAddress(): void {
      const query = new URLSearchParams();
      if (filter.value !== "each") query.set("phase", filter.value);
      for (const name of names) {
        if (first[name] !== usual[name]) query.set(name, first[name]);
        // The scheme says that there are two.
        if (isPair.value && (name === "scheme" || second[name] !== usual[name]))
          query.set(`${name}2`, second[name]);
      }
      const search = query.size > 0 ? `?${query.toString()}` : "";
      // A link to a card that is not shown any more would show it again.
      const hash = shown.value.some(({ id }) => `#${id}` === location.hash) ? location.hash : "";
      history.replaceState(history.state, "", `${location.pathname}${search}${hash}`);
    }

    function comparePair(wanted: boolean): void {
      isPair.value = wanted;
      const isFirstDark = first.scheme === "dark" || (first.scheme === "page" && isDark.value);
      if (wanted) Object.assign(second, first, { scheme: isFirstDark ? "light" : "dark" });
    }

    /** Opens the dialog with the large code, in the first look. */
    async function enlarge(): Promise<void> {
      const card = document.createElement("view-card") as ViewCard;
      const { shown: pending } = cards.find(({ phase }) => phase === "pending")!;
      card.className = "gallery-large";
      card.lang = first.language;
      card.dir = first.language === "ar" ? "rtl" : "ltr";
      card.model = { ...modelIn(pending, first), enlarged: true };
      card.handlers = { ...card.handlers, dialogClosed: () => card.remove() };
      document.body.append(card);
      await card.updateComplete;
      card.renderRoot.querySelector("dialog")!.showModal();
    }

    onMounted(async () => {
      await import("../../../test/element/support/view-card.js");
      readAddress();
      isMounted.value = true;
      watch([filter, isPair, first, second], writeAddress);
    });

    /** The browser knows what a language is called. */
    const nameOf = (choice: Choice, value: string): string =>
      choice === "language" && isMounted.value
        ? new Intl.DisplayNames("en", { type: "language" }).of(value)!
        : choices[choice][value]!;

    const lookControls = (look: Look): VNode[] =>
      names.map((name) =>
        select(
          labels[name],
          Object.keys(choices[name]).map((value) => [value, nameOf(name, value)]),
          look[name],
          (value) => (look[name] = value),
        ),
      );

    const bar = (): VNode =>
      h("form", { class: "gallery-bar", "aria-label": "What the gallery shows" }, [
        h("div", { class: "gallery-controls" }, [
          select(
            "Phase",
            Object.keys(filters).map((name) => [name, filterLabels[name] ?? name]),
            filter.value,
            (name) => (filter.value = name),
          ),
          lookControls(first),
        ]),
        isPair.value
          ? h("div", { class: "gallery-controls", role: "group", "aria-label": "Beside it" }, [
              h("strong", "Beside it"),
              lookControls(second),
            ])
          : undefined,
        h("div", { class: "gallery-actions" }, [
          h("label", [
            h("input", {
              type: "checkbox",
              checked: isPair.value,
              onChange: (event: Event) => comparePair((event.target as HTMLInputElement).checked),
            }),
            "Two side by side",
          ]),
          h("button", { type: "button", onClick: enlarge }, "Large code"),
          h("p", { role: "status" }, `${shown.value.length} of ${cards.length} states`),
        ]),
      ]);

    return () =>
      h("div", { class: "gallery" }, [
        h("div", { class: "gallery-live" }, [
          bar(),
          h(StateGrid, {
            cards: shown.value,
            looks: looks.value,
            hasLinks: true,
            linkedId: linkedId.value,
            onLink: (id: string) => (linkedId.value = id),
          }),
        ]),
        h("noscript", { innerHTML: sheetPictures }),
      ]);
  },
});
