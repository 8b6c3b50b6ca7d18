/** The package in development: bundlers take it by the condition `development`. */
import { checkRegistration, giveHints } from "./hints.js";

export * from "../index.js";

declare global {
  var litIssuedWarnings: Set<string> | undefined;
}

giveHints();
checkRegistration();
// Lit's own line, that its development build is loaded, tells a developer of a site nothing: `vite build` takes the other one.
(globalThis.litIssuedWarnings ??= new Set()).add("dev-mode");
