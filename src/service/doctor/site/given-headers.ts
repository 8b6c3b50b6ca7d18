import { validateHeaderName, validateHeaderValue } from "node:http";

/** A header for each request to a site, as `--header` gives it. */
export type GivenHeader = readonly [name: string, value: string];

/** Headers that doctor sets itself: another value would change what it checks. */
const own =
  /^(?:accept|accept-encoding|origin|content-type|content-length|host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|sec-fetch-.*|access-control-.*)$/i;

/** Reads `Name: value`. A problem does not repeat the value, which is likely to be a secret. */
export function readHeader(text: string): GivenHeader | { problem: string } {
  const at = text.indexOf(":");
  const name = text.slice(0, at).trim();
  const value = text.slice(at + 1).trim();
  if (at < 1 || value === "" || !isValid(name, value))
    return {
      problem: '--header must be a header as "Name: value", such as "Accept-Language: de", in quotes.',
    };
  if (own.test(name)) return { problem: `--header must not be ${name}: doctor sets it itself.` };
  return [name, value];
}

function isValid(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

/** The secrets in headers, which no output may contain. */
export function secretsIn(headers: readonly GivenHeader[]): string[] {
  return headers.flatMap(([name, value]) => {
    switch (name.toLowerCase()) {
      case "user-agent":
      case "accept-language":
        // Not secret, and their words also occur in other texts.
        return [];
      case "authorization":
        return [value, ...credentialsIn(value)];
      case "cookie":
        return [value, ...value.split(";").map((each) => each.slice(each.indexOf("=") + 1).trim())];
      default:
        return [value];
    }
  });
}

function credentialsIn(value: string): string[] {
  const [, scheme, credentials = ""] = /^(\S+) +(.*)$/.exec(value) ?? [];
  if (scheme?.toLowerCase() !== "basic") return [credentials];
  const plain = Buffer.from(credentials, "base64").toString("utf8");
  return [credentials.replace(/=+$/, ""), plain, plain.slice(plain.indexOf(":") + 1)];
}
