import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { Hono, type Context } from "hono";
import { etag } from "hono/etag";
import { parseAccept } from "hono/utils/accept";
import { packageFolder } from "../../process/package-folder.js";

type Encoding = "br" | "gzip" | "identity";

/** A file for pages, in each encoding. */
export interface WidgetFile {
  /** Its stable name, such as `locales/nl.js`. */
  name: string;
  /** The name that changes with its contents, such as `locales/nl.1a2b3c4d5e6f.js`. */
  hashedName: string;
  /** For a page's `integrity`. */
  integrity: string;
  bodies: Readonly<Record<Encoding, Body>>;
}

interface Body {
  bytes: Uint8Array<ArrayBuffer>;
  /** A hash of these bytes, so that a cache cannot confuse two encodings. */
  etag: string;
}

const toBody = (bytes: Uint8Array): Body => ({
  bytes: new Uint8Array(bytes),
  // Short, because a browser sends it with every visit.
  etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 12)}"`,
});

const builtFolder = join(packageFolder, "dist");

/** Reads the files that a page loads (the element, `early.js`, the style sheets, the languages) and compresses them once. */
export async function readWidgetFiles(folder = builtFolder): Promise<WidgetFile[]> {
  const filesIn = async (name: string, ending: string): Promise<string[]> =>
    (await readdir(join(folder, name)))
      .filter((file) => file.endsWith(ending))
      .sort()
      .map((file) => `${name}/${file}`);
  const names = [
    "onegini-otp-login.js",
    "early.js",
    "reserve.css",
    ...(await filesIn("themes", ".css")),
    ...(await filesIn("locales", ".js")),
  ];
  return Promise.all(names.map(async (name) => toWidgetFile(name, await readFile(join(folder, name)))));
}

export async function toWidgetFile(name: string, identity: Uint8Array): Promise<WidgetFile> {
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 12);
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(identity, best),
    promisify(gzip)(identity, { level: 9 }),
  ]);
  return {
    name,
    hashedName: name.replace(/\.\w+$/, `.${hash}$&`),
    integrity: `sha384-${createHash("sha384").update(identity).digest("base64")}`,
    bodies: { br: toBody(br), gzip: toBody(zipped), identity: toBody(identity) },
  };
}

/** The part of a hashed name that a plain name does not have. */
const hashInName = /\.[0-9a-f]{12}(?=\.(?:js|css)$)/;

/** Serves the files under a path that ends with a slash. Anything else there is 404. */
export function createAssets(files: readonly WidgetFile[], base: string): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header("X-Content-Type-Options", "nosniff");
    // Pages of further origins load modules with CORS. The files are public.
    c.header("Access-Control-Allow-Origin", "*");
  });
  app.use(etag());
  const integrity = Object.fromEntries(
    files.map(({ name, hashedName, integrity }) => [name, { file: base + hashedName, integrity }]),
  );
  app.get(`${base}integrity.json`, (c) => c.json(integrity, 200, { "Cache-Control": "no-cache" }));
  for (const { name, hashedName, bodies } of files) {
    const type = name.endsWith(".css") ? "text/css" : "text/javascript";
    app.get(base + name, (c) => send(c, bodies, type, "no-cache"));
    app.get(base + hashedName, (c) => send(c, bodies, type, "public, max-age=31536000, immutable"));
  }
  // During a rolling upgrade a page may use names from the `integrity.json` of another version.
  const plainPaths = new Set(files.map(({ name }) => base + name));
  app.get(`${base}*`, (c, next) => {
    const plainPath = c.req.path.replace(hashInName, "");
    if (!plainPaths.has(plainPath)) return next();
    c.header("Cache-Control", "no-store");
    return c.redirect(plainPath, 302);
  });
  app.notFound((c) => c.text("There is nothing at this address.\n", 404));
  return app;
}

function send(c: Context, bodies: WidgetFile["bodies"], type: string, cacheControl: string): Response {
  const encoding = encodingFor(c.req.header("Accept-Encoding") ?? "");
  const { bytes, etag } = bodies[encoding];
  return c.body(bytes, 200, {
    "Content-Type": `${type}; charset=utf-8`,
    "Cache-Control": cacheControl,
    "Content-Length": String(bytes.byteLength),
    ETag: etag,
    Vary: "Accept-Encoding",
    ...(encoding !== "identity" && { "Content-Encoding": encoding }),
  });
}

/** The smallest encoding that the client accepts. */
function encodingFor(header: string): Encoding {
  const accepted = parseAccept(header)
    .filter(({ q }) => q > 0)
    .map(({ type }) => type.toLowerCase());
  return (["br", "gzip"] as const).find((encoding) => accepted.includes(encoding)) ?? "identity";
}
