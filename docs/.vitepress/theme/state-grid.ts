import { defineComponent, h, onMounted, onUnmounted, ref, type PropType, type VNode } from "vue";
import type { ViewModel } from "../../../src/element/view/view-model.js";
import { modelIn, type GalleryCard, type Look } from "./gallery-cards.js";

/** The element's own view of one state. It is drawn when the reader comes near. */
const Card = defineComponent({
  props: {
    shown: { type: Object as PropType<ViewModel>, required: true },
    look: { type: Object as PropType<Look>, required: true },
    logo: { type: String, default: "" },
  },
  setup(props) {
    const frame = ref<HTMLElement>();
    const isNear = ref(false);
    let observer: IntersectionObserver | undefined;
    onMounted(() => {
      observer = new IntersectionObserver(
        (entries) => {
          if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
          isNear.value = true;
          observer?.disconnect();
        },
        { rootMargin: "400px" },
      );
      observer.observe(frame.value!);
    });
    onUnmounted(() => observer?.disconnect());
    return () => {
      const { scheme, language, width, text } = props.look;
      const { otherWay } = props.shown;
      return h(
        "div",
        {
          ref: frame,
          class: "gallery-frame",
          // Only to be looked at: a page of landmarks, live regions and buttons that do nothing is of no use to anyone.
          inert: true,
          style: {
            "--width": `${width}px`,
            "--text": Number(text) / 100,
            colorScheme: scheme === "page" ? undefined : scheme,
          },
        },
        isNear.value
          ? h(
              "view-card",
              {
                ".model": modelIn(props.shown, props.look),
                lang: language,
                dir: language === "ar" ? "rtl" : "ltr",
              },
              [
                props.logo ? h("img", { slot: "logo", src: props.logo, alt: "" }) : undefined,
                otherWay === undefined ? undefined : h("a", { slot: "other-way", href: "#" }, otherWay),
              ],
            )
          : [],
      );
    };
  },
});

/** States of the card, each in these looks side by side. */
export const StateGrid = defineComponent({
  props: {
    cards: { type: Array as PropType<readonly GalleryCard[]>, required: true },
    looks: { type: Array as PropType<readonly Look[]>, required: true },
    /** Whether the name of each state is a link to it. */
    hasLinks: Boolean,
    /** The state that the address leads to. */
    linkedId: { type: String, default: "" },
    /** The address of the site's logo. */
    logo: { type: String, default: "" },
  },
  emits: { link: (_id: string) => true },
  setup(props, { emit }) {
    const nameOf = ({ id, name }: GalleryCard): VNode =>
      props.hasLinks
        ? h(
            "a",
            {
              class: "gallery-name",
              href: `#${id}`,
              "aria-current": props.linkedId === id || undefined,
              onClick: () => emit("link", id),
            },
            name,
          )
        : h("span", { class: "gallery-name" }, name);

    return () =>
      h(
        "ul",
        {
          class: "gallery-grid",
          style: { "--columns": props.looks.map(({ width }) => `${width}px`).join(" + ") },
        },
        props.cards.map((card) =>
          h("li", { key: card.id, id: card.id }, [
            nameOf(card),
            h(
              "div",
              { class: "gallery-pair" },
              props.looks.map((look) => h(Card, { shown: card.shown, look, logo: props.logo })),
            ),
          ]),
        ),
      );
  },
});
