import { createHash } from "node:crypto";

/** A file that a page loads. */
export interface Asset {
  type: string;
  body: Uint8Array<ArrayBuffer>;
  etag: string;
}

export function asset(type: string, contents: Uint8Array): Asset {
  const body = new Uint8Array(contents);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { type: type.startsWith("text/") ? `${type}; charset=utf-8` : type, body, etag };
}
