import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/services/free-port.js";
import { install, pack } from "./packed-package.js";

/** What docs/testing.md is about: a small site, and the emulator that its tests start. */
export interface TestedSite {
  folder: string;
  /** A listing with the ports of this site in place of those of the page. */
  withPorts: (listing: string) => string;
  ports: { site: number; emulator: number };
}

/**
 * `LOGIN` says how a login goes: `begun`, the page has its code from the kit; `ticket`, in place of `signIn`; `number`, with one; `nobody`, it leads
 * to no session; otherwise the element requests the code, and `signIn` begins the session.
 */
const server = `
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { createLoginKit, toNodeHandler, toWebRequest } from "onegini-otp-login/node";

const widget = readFileSync("node_modules/onegini-otp-login/dist/onegini-otp-login.js");
const users = new Map();
const signIn = ({ userId, attempt }) => {
  if (process.env.LOGIN !== "nobody") users.set(attempt, userId);
  return Response.json({ redirect_to: "/account" }, { headers: { "Set-Cookie": "session=" + attempt + "; Path=/; HttpOnly" } });
};
const way = process.env.LOGIN === "ticket" ? { handOver: { to: "/login/otp" } } : { signIn };
const asking = {
  message: "Log in to www.example.com. It may ask for {number}: type it only there.",
  pairing: { keys: ["a key of the tests, 32 characters long"] },
};
const kit = createLoginKit({
  origin: "http://localhost:3000",
  tokenServer: { url: "http://localhost:4000", clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  ...(process.env.LOGIN === "number" ? asking : { message: "Log in" }),
  ...way,
});
const page = (attributes = "", svg = "") => \`<!doctype html>
  <html lang="en">
    <title>Log in</title>
    <script type="module" src="/widget.js"></script>
    <onegini-otp-login endpoint="/otp-login" \${attributes}>\${svg}</onegini-otp-login>
  </html>\`;
const site = async (req, res) => {
  const { pathname, searchParams } = new URL(req.url, "http://localhost");
  const send = (type, text) => res.writeHead(200, { "Content-Type": type }).end(text);
  if (pathname === "/widget.js") return send("text/javascript", widget);
  if (pathname === "/login/otp") {
    const login = await kit.redeem(searchParams.get("ticket"), req);
    if (!login) return res.writeHead(303, { Location: "/login" }).end();
    users.set(login.attempt, login.userId);
    return res.writeHead(303, { Location: "/account", "Set-Cookie": "session=" + login.attempt + "; Path=/; HttpOnly" }).end();
  }
  if (pathname === "/account") {
    const [, session] = /(?:^|; )session=([^;]+)/.exec(req.headers.cookie ?? "") ?? [];
    return send("text/html", users.has(session) ? "Logged in as " + users.get(session) : "Nobody");
  }
  if (process.env.LOGIN !== "begun") return send("text/html", page());
  const begun = await kit.begin(toWebRequest(req), { req, res });
  begun.headers.forEach((value, name) => res.appendHeader(name, value));
  return send("text/html", page(\`attempt="\${begun.attempt}" otp="\${begun.otp}" expires-in="\${begun.expiresIn}"\`, begun.svg));
};
const login = toNodeHandler(kit);
createServer((req, res) => (req.url.startsWith("/otp-login") ? login(req, res) : void site(req, res))).listen(3000, "localhost");
`;

/** Writes the site into a folder, and installs it with the packed package and with packages of its tests. */
export async function writeTestedSite(folder: string, ...packages: string[]): Promise<TestedSite> {
  const ports = { site: await freePort(), emulator: await freePort() };
  const withPorts = (listing: string): string =>
    listing.replaceAll(/\b3000\b/g, String(ports.site)).replaceAll(/\b4000\b/g, String(ports.emulator));
  const manifest = { private: true, type: "module", scripts: { start: "node server.js" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "server.js"), withPorts(server));
  await install(folder, await pack(), ...packages);
  return { folder, withPorts, ports };
}
