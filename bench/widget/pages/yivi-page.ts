import { YiviClient } from "@privacybydesign/yivi-client";
import { YiviCore } from "@privacybydesign/yivi-core";
import YiviWeb from "@privacybydesign/yivi-web";
import { loggedIn } from "../support/logged-in.js";

/**
 * yivi's web client, set up as its documentation says: the site's own server begins the session and gives the result.
 */
const yivi = new YiviCore({
  element: "#yivi-web-form",
  language: "en",
  session: { url: "/irma", start: { method: "POST" } },
});
yivi.use(YiviWeb);
yivi.use(YiviClient);
yivi.start().then(loggedIn, (reason: unknown) => console.error(reason));
