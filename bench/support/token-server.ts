import { createTokenServer, listen } from "onegini-otp-login/emulator";
import { report } from "./child.js";

/** The emulator in a process of its own: codes of five minutes. */
const tokenServer = createTokenServer({
  types: [{ name: "qr-code", ttlSeconds: 300 }],
  clients: [{ id: "site", secret: "site-secret" }],
});
const { url } = await listen(tokenServer);
report(url);
