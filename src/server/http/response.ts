import { directAnswer } from "./direct-response.js";

/** No answer of the login API may be cached. */
export const noStore = { "cache-control": "no-store" } as const;

/** An answer with a JSON body. */
export const jsonResponse = (
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  directAnswer(
    { kind: "text", text: JSON.stringify(body) },
    { status, headers: { "content-type": "application/json", ...noStore, ...headers } },
  );

/** 204. */
export const emptyResponse = (headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(null, { status: 204, headers: { ...noStore, ...headers } });
