import { webStream, type OpenStream } from "./direct-stream.js";

/** What an answer says: a text, or a stream of it. */
export type Content = { kind: "text"; text: string } | { kind: "stream"; open: OpenStream };

const contents = new WeakMap<Response, Content>();

/**
 * An answer whose content is kept beside it: an adapter that can write to the connection itself takes it from there, and
 * no web stream is made for a line of JSON, or for each client that waits.
 */
export function directAnswer(content: Content, init: ResponseInit): Response {
  const response = new Response(null, init);
  contents.set(response, content);
  return response;
}

/** What an answer says, to be written elsewhere than to its body; undefined if its body says it. */
export const contentOf = (response: Response): Content | undefined => contents.get(response);

/** The answer with its content as its body, as everybody else expects it. */
export function toWebResponse(response: Response): Response {
  const content = contentOf(response);
  if (!content) return response;
  const { status, headers } = response;
  return new Response(content.kind === "text" ? content.text : webStream(content.open), { status, headers });
}
