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

/** The sheets of all states, light and dark, as HTML for a reader without scripts, whose grid stays empty. */
export const sheetPictures = [
  "<style>.gallery-live { display: none }</style>",
  ...pictures.map(
    (each) =>
      `<img src="${addresses[`../../gallery/${each.file}`]}" alt="Every state of the card, ${each.look}" width="${each.width}" height="${each.height}" loading="lazy">`,
  ),
].join("");
