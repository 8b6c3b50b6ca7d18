/** One of the pictures that `gallery.ts` takes. Their list is `pictures.json` beside them. */
export interface GalleryPicture {
  sheet: string;
  /** Of the one card or screen in it. Without: the sheet has all its cards in one picture. */
  name?: string;
  /** `light`, `dark`, `forced-light` or `forced-dark`; without, it has several. */
  look?: string;
  /** Its path in the folder of the gallery. */
  file: string;
  width: number;
  height: number;
}
