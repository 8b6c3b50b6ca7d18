import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Where this package is, for the sources and for the built command, whose files lie at different depths. */
export const packageFolder = dirname(fileURLToPath(import.meta.resolve("onegini-otp-login/package.json")));
