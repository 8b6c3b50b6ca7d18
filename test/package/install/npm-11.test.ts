import { testInstallInApps } from "../support/install-in-apps.js";

/** npm 11 comes with Node 24 and 26. */
await testInstallInApps("11", ["24"]);
