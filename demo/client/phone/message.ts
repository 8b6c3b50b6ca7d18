import type { Language } from "../../pages/site-language.js";

/** What the phone shows of the Token Server's message. */
interface Confirmation {
  /** The site's own words. */
  text: string;
  /** The sentence of these words that has the number, and the others. */
  aboutNumber: string | undefined;
  otherText: string;
  /** The number for the page: the only figure of four or six digits in the site's words. */
  number: string | undefined;
  /** Where the login comes from, as a person would say it, such as "Windows, Chrome" and "Utrecht, Netherlands". */
  device: string | undefined;
  place: string | undefined;
}

/** Splits the vendor's template `[message] Device: …, Location: …`; a message of another form stays whole. */
export function readMessage(message: string, language: Language): Confirmation {
  // The first group is greedy, because only the last "Device:" is the Token Server's: the site may write one too.
  const [, text = message, device, location] = /^(.*)\bDevice: (.+?), Location: (.+)$/s.exec(message) ?? [];
  const [only, ...others] = text.match(/(?<!\d)(?:\d{4}|\d{6})(?!\d)/g) ?? [];
  const number = others.length === 0 ? only : undefined;
  const sentences = Array.from(sentenceParts.segment(text), ({ segment }) => segment);
  const aboutNumber = sentences.find((sentence) => number !== undefined && sentence.includes(number));
  return {
    text: text.trim(),
    aboutNumber: aboutNumber?.trim(),
    otherText: sentences
      .filter((sentence) => sentence !== aboutNumber)
      .join("")
      .trim(),
    number,
    device: device?.replace(deviceForm, "$1, $2"),
    place: location?.replace(
      locationForm,
      (_, country: string, city: string) =>
        `${city}, ${new Intl.DisplayNames(language, { type: "region" }).of(country)}`,
    ),
  };
}

/** The language of the site's words is not known. */
const sentenceParts = new Intl.Segmenter("en", { granularity: "sentence" });

// What has another form than these is shown as it came: the person must not miss a part of it.

/** The template's `[operatingSystem] [browser]`, such as `Windows 10 Chrome 131.0`: nobody knows the versions. */
const deviceForm = /^(\S+)(?: [\d.]+)? (\D.*?)(?: [\d.]+)?$/;
/** The template's `[countryCode], [region], [city]`, such as `NL, Provincie Utrecht, Utrecht`. */
const locationForm = /^([A-Z]{2}), [^,]+, ([^,]+)$/;
