import { basicAuthorization, formEncode, type ClientCredentials } from "./client-authentication.js";

/** Long enough for what a vendor has to say. */
const maxCharacters = 300;

const replacement = "[secret]";

/** What looks like a code, a key or a token, whosever: a long run without a break, or 16 bytes in base64. UUIDs do not. */
const looksSecret = /[\w-]{40,}={0,2}|(?:[A-Za-z0-9+/]|%2[BF]){22}(?:==|%3D%3D)/gi;

/**
 * Makes what the Token Server says fit for the site's log: it may repeat what it was sent, or a code that it knows.
 * The client's secret is taken out in every way in which it travels.
 */
export function redactor({ clientId, clientSecret }: ClientCredentials): (text: string) => string {
  const ways = [
    basicAuthorization(clientId, clientSecret).replace(/^Basic |=+$/g, ""),
    clientSecret,
    formEncode(clientSecret),
    encodeURIComponent(clientSecret),
    JSON.stringify(clientSecret).slice(1, -1),
  ];
  const known = new RegExp(ways.map(escaped).join("|"), "gi");
  return (text) => text.replace(known, replacement).replace(looksSecret, replacement).slice(0, maxCharacters);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
