/** Whether a `Content-Type` is `application/json` (RFC 8259) or a type that ends in `+json` (RFC 6839). */
export const isJsonType = (contentType: string | null | undefined): boolean =>
  /^application\/(?:[\w.-]+\+)?json$/i.test(contentType?.split(";")[0]?.trim() ?? "");
