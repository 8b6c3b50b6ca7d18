import { calls } from "./calls.js";
import { formats } from "./formats.js";
import { limits } from "./limits.js";
import { pairing } from "./pairing.js";
import { pause } from "./pause.js";
import { service } from "./service.js";
import { siteAndWidget } from "./site-and-widget.js";
import { tokenServer } from "./token-server.js";

/** All that `npm run test:claims` takes out, one after the other. */
export const defences = [calls, tokenServer, limits, formats, pairing, pause, siteAndWidget, service].flatMap(
  (claims) =>
    Object.entries(claims).flatMap(([test, some]) =>
      Object.entries(some).map(([claim, defence]) => ({ ...defence, claim, test })),
    ),
);
