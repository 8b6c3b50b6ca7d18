import type { Messages } from "../../../src/element/i18n/messages.js";
import { deDu } from "../../../src/locales/de-du.js";
import { esUsted } from "../../../src/locales/es-usted.js";
import { frTu } from "../../../src/locales/fr-tu.js";
import { itLei } from "../../../src/locales/it-lei.js";
import { nlU } from "../../../src/locales/nl-u.js";

/** The files of languages that address people in the other way. They take the place of their language when they are imported. */
export const variants: Readonly<Record<string, Messages>> = {
  "de-du": deDu,
  "es-usted": esUsted,
  "fr-tu": frTu,
  "it-lei": itLei,
  "nl-u": nlU,
};
