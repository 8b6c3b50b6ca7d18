import { createTokenServer, listen } from "onegini-otp-login/emulator";
import { report } from "./child.js";

/** The emulator in a process of its own: codes of five minutes. `--lose-callbacks`: it sends none. */
const tokenServer = createTokenServer({
  types: [{ name: "qr-code", ttlSeconds: 300 }],
  clients: [{ id: "site", secret: "site-secret" }],
  faults: { callbacks: { lose: process.argv.includes("--lose-callbacks") } },
});
const { url } = await listen(tokenServer);
report(url);
