import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { otpFrom } from "./random.js";

/** A site with the package's one file, Dark Reader, and a login API that gives random codes. */
export interface Site {
  /** The site's only page. It contains only the scripts. */
  url: string;
  /** The endpoint that gives the code of a seed. */
  endpointOf: (seed: string) => string;
  close: () => Promise<void>;
}

/** The script of `in-page.ts`. */
async function buildInPage(): Promise<string> {
  const { outputFiles } = await bundle({
    entryPoints: [fileURLToPath(new URL("in-page.ts", import.meta.url))],
    bundle: true,
    write: false,
  });
  return outputFiles[0]!.text;
}

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Renders</title>
  <script type="module" src="/onegini-otp-login.js"></script>
  <script src="/in-page.js"></script></head><body></body></html>`;

export async function startSite(): Promise<Site> {
  const files: Record<string, [type: string, content: string | Buffer]> = {
    "/": ["text/html", page],
    "/onegini-otp-login.js": ["text/javascript", await readFile("dist/onegini-otp-login.js")],
    "/in-page.js": ["text/javascript", await buildInPage()],
    "/darkreader.js": [
      "text/javascript",
      await readFile(fileURLToPath(import.meta.resolve("darkreader/darkreader.js"))),
    ],
  };

  const handle = ({ method, url = "", headers }: IncomingMessage, response: ServerResponse) => {
    const file = files[url];
    if (file) return response.writeHead(200, { "content-type": file[0] }).end(file[1]);
    const seed = /^\/otp-login\/([^/]+)/.exec(url)?.[1];
    if (seed === undefined) return response.writeHead(404).end();
    // Each element has its own host: a browser opens only six connections to a host, and every stream takes one.
    response.setHeader("access-control-allow-origin", headers.origin ?? "*");
    response.setHeader("access-control-allow-credentials", "true");
    response.setHeader("access-control-allow-headers", "content-type");
    if (method === "OPTIONS") return response.writeHead(204).end();
    if (method === "POST") {
      const otp = otpFrom(decodeURIComponent(seed));
      response.writeHead(201, { "content-type": "application/json" });
      return response.end(JSON.stringify({ attempt: "a", status: "pending", otp, expires_in: 600 }));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    return response.write(
      `event: status\ndata: ${JSON.stringify({ status: "pending", expires_in: 600 })}\n\n`,
    );
  };

  const server = createServer(handle).listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let hosts = 0;
  return {
    url: `http://localhost:${port}/`,
    endpointOf: (seed) =>
      `http://site${hosts++ % 16}.localhost:${port}/otp-login/${encodeURIComponent(seed)}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
