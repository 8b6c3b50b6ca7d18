import { defineComponent, h, type VNode } from "vue";
import type { GalleryPicture } from "../../../scripts/pictures/gallery-list.js";

/** What `npm run docs` has taken: without it, as in `npx vitepress dev docs`, the site has no such pictures. */
const lists = import.meta.glob<GalleryPicture[]>("../../gallery/pictures.json", {
  eager: true,
  import: "default",
});
const addresses = import.meta.glob<string>("../../gallery/**/*.png", {
  eager: true,
  query: "?url",
  import: "default",
});
const pictures = Object.values(lists).flat();

/** A picture; of one for light and one for dark pages the site shows the one that fits. */
const picture = ({ file, look, width, height }: GalleryPicture, alt: string): VNode =>
  h("img", {
    src: addresses[`../../gallery/${file}`],
    class: look === "light" || look === "dark" ? `${look}-only` : undefined,
    alt:
      look === undefined || look === "light" ? alt : `${alt}, ${look.replace("forced-", "forced colours, ")}`,
    width,
    height,
    loading: "lazy",
  });

/** All pictures of a sheet, or of one card of it. Cards with pictures of their own stand beside each other, with their names. */
export const Gallery = defineComponent({
  props: { sheet: { type: String, required: true }, card: String, alt: { type: String, required: true } },
  setup({ sheet, card, alt }) {
    const chosen = pictures.filter(
      (each) => each.sheet === sheet && (card === undefined || each.name === card),
    );
    if (chosen.length === 0)
      return () =>
        h("p", { class: "no-pictures" }, ["No pictures yet: ", h("code", "npm run docs"), " takes them."]);
    const names = [...new Set(chosen.map(({ name }) => name))];
    const of = (name: string | undefined): GalleryPicture[] => chosen.filter((each) => each.name === name);
    if (card !== undefined)
      return () =>
        h(
          "p",
          chosen.map((each) => picture(each, alt)),
        );
    return () => [
      names.some((name) => name !== undefined) &&
        h(
          "div",
          { class: sheet === "demo" ? undefined : "cards" },
          names
            .filter((name) => name !== undefined)
            .map((name) =>
              h("p", [h("strong", name), of(name).map((each) => picture(each, `${alt}, ${name}`))]),
            ),
        ),
      h(
        "p",
        of(undefined).map((each) => picture(each, alt)),
      ),
    ];
  },
});
