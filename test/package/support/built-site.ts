import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { TestContext } from "node:test";
import { createTokenServer, listen as serve } from "onegini-otp-login/emulator";
import { toNodeHandler } from "onegini-otp-login/node";
import { createLoginKit } from "onegini-otp-login/server";
import { listen } from "../../support/listen.js";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "require-trusted-types-for 'script'; trusted-types lit-html";

/**
 * A site that uses only the output of `npm run build`, with a strict policy on its page.
 *
 * @param page its login page
 * @param folder of the script with this path
 */
export async function builtSite(t: TestContext, page: string, folder = (_path: string) => "dist") {
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds: 60 }],
    clients: [{ id: "site", secret: "secret" }],
  });
  const served = await serve(tokenServer, { port: 0, host: "127.0.0.1" });
  const server = createServer();
  const origin = await listen(t, server);
  t.after(() => served.close());
  const kit = createLoginKit({
    origin,
    tokenServer: { url: served.url, clientId: "site", clientSecret: "secret", type: "qr-code" },
    message: "Log in to the test site",
    signIn: ({ userId }) => Response.json({ redirect_to: `/account?${userId}` }),
  });
  t.after(() => kit.close());
  const handler = toNodeHandler(kit);
  server.on("request", (request, response) => {
    handler(request, response, () => {
      void (async () => {
        const path = request.url ?? "/";
        if (path.endsWith(".js")) {
          response.writeHead(200, { "Content-Type": "text/javascript" });
          response.end(await readFile(folder(path) + path));
          return;
        }
        response.writeHead(200, { "Content-Type": "text/html", "Content-Security-Policy": policy });
        response.end(path === "/" ? page : `<title>${path}</title>`);
      })();
    });
  });
  return { origin, tokenServer };
}
