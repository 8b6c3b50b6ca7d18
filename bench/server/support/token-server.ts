import { createTokenServer, listen } from "onegini-otp-login/emulator";
import { report } from "./child.js";

/**
 * The emulator in a process of its own. `--code-seconds=N`: how long codes live, by default five minutes. `--lose-callbacks`:
 * it sends none. `--callback-url=URL --callback-password=TEXT`: it sends Basic authentication to that URL, as `token-server`.
 */
const flag = (name: string): string | undefined =>
  process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const [url, password] = [flag("callback-url"), flag("callback-password")];
const tokenServer = createTokenServer({
  types: [{ name: "qr-code", ttlSeconds: Number(flag("code-seconds") ?? 300) }],
  clients: [{ id: "site", secret: "site-secret" }],
  ...(url !== undefined &&
    password !== undefined && { callbacks: [{ url, username: "token-server", password }] }),
  faults: { callbacks: { lose: process.argv.includes("--lose-callbacks") } },
});
report((await listen(tokenServer)).url);
