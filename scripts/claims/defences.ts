import { calls } from "./calls.js";
import type { Defence } from "./defence.js";
import { formats } from "./formats.js";
import { limits } from "./limits.js";
import { pairingDefences } from "./pairing.js";
import { pauseDefences } from "./pause.js";
import { loginService } from "./service.js";
import { siteAndWidget } from "./site-and-widget.js";
import { tokenServer } from "./token-server.js";

/** All defences that `npm run test:claims` takes out, one after the other. */
export const defences: readonly Defence[] = [
  ...calls,
  ...tokenServer,
  ...limits,
  ...formats,
  ...pairingDefences,
  ...pauseDefences,
  ...siteAndWidget,
  ...loginService,
];
