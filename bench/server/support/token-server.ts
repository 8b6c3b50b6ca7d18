import { createTokenServer, listen } from "onegini-otp-login/emulator";
import { report } from "./child.js";

/** The emulator in a process of its own. `--code-seconds=N`: how long codes live, by default five minutes. `--lose-callbacks`: it sends none. */
const codeSeconds = process.argv.find((argument) => argument.startsWith("--code-seconds="))?.split("=")[1];
const tokenServer = createTokenServer({
  types: [{ name: "qr-code", ttlSeconds: Number(codeSeconds ?? 300) }],
  clients: [{ id: "site", secret: "site-secret" }],
  faults: { callbacks: { lose: process.argv.includes("--lose-callbacks") } },
});
const { url } = await listen(tokenServer);
report(url);
