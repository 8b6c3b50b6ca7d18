/** An address to which a callback can be posted. */
export function parseCallbackUri(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  // `fetch` refuses to send to an address with credentials in it.
  return url.username === "" && url.password === "" ? url : undefined;
}
