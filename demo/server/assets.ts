import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Context } from "hono";

/** A file that a page loads. */
export interface Asset {
  type: string;
  body: Uint8Array<ArrayBuffer>;
  etag: string;
}

const types: Record<string, string> = {
  ".css": "text/css",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

export function toAsset(name: string, contents: Uint8Array): Asset {
  const type = types[extname(name)] ?? "application/octet-stream";
  const body = new Uint8Array(contents);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { type: type.startsWith("text/") ? `${type}; charset=utf-8` : type, body, etag };
}

/** The files in a folder, by name. */
export async function readAssets(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const names = await readdir(folder);
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, toAsset(name, await readFile(join(folder, name)))] as const),
    ),
  );
}

/** Hono's `etag()` on the route answers a browser that has it. */
export const sendAsset = (c: Context, { type, body, etag }: Asset): Response =>
  c.body(body, 200, {
    "Content-Type": type,
    "Cache-Control": "no-cache",
    ETag: etag,
    "X-Content-Type-Options": "nosniff",
  });
