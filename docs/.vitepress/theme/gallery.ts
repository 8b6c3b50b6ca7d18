import { defineComponent, h } from "vue";
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

const addressOf = ({ file }: GalleryPicture): string | undefined => addresses[`../../gallery/${file}`];

/** A picture of a card; of one for light and one for dark pages the site shows the one that fits. */
export const Gallery = defineComponent({
  props: {
    sheet: { type: String, required: true },
    card: { type: String, required: true },
    alt: { type: String, required: true },
  },
  setup:
    ({ sheet, card, alt }) =>
    () =>
      h(
        "p",
        pictures
          .filter((each) => each.sheet === sheet && each.name === card)
          .map((each) =>
            h("img", {
              src: addressOf(each),
              class: `${each.look}-only`,
              alt: each.look === "light" ? alt : `${alt}, ${each.look}`,
              width: each.width,
              height: each.height,
              loading: "lazy",
            }),
          ),
      ),
});

/** The sheets of all states, light and dark, as HTML for a reader without scripts, whose grid stays empty. */
export const sheetPictures = [
  "<style>.gallery-live { display: none }</style>",
  ...pictures
    .filter(({ sheet, name }) => sheet === "phases" && name === undefined)
    .map(
      (each) =>
        `<img src="${addressOf(each)}" alt="Every state of the card, ${each.look}" width="${each.width}" height="${each.height}" loading="lazy">`,
    ),
].join("");
