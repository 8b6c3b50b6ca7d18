import { isLoopback } from "../../protocol/loopback.js";

/** Whether cookies and secrets may be sent to an address: over https, or over http that does not leave the machine. */
export const isSafe = (url: URL | undefined): url is URL =>
  url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));

export const parseUrl = (text: string, base?: string): URL | undefined =>
  URL.canParse(text, base) ? new URL(text, base) : undefined;

/** Whether a text is an origin that is safe. Without a star: Node takes one in the name of a host. */
export const isOrigin = (text: string): boolean =>
  isSafe(parseUrl(text)) && parseUrl(text)?.origin === text && !text.includes("*");

/** Whether a text is the address of a server that is safe, without user, query, fragment or white space. */
export function isAddress(text: string): boolean {
  const url = parseUrl(text);
  return isSafe(url) && url.username === "" && url.password === "" && !/[?#\s]/.test(text);
}
