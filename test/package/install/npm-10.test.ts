import { testInstallInApps } from "../support/install-in-apps.js";

/** npm 10 comes with Node 20 and 22. */
await testInstallInApps("10", ["20", "22"]);
