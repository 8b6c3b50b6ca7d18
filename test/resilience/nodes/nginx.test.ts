import { startNginx } from "../../support/services/nginx-and-haproxy.js";
import { describeBrowserLogins } from "./support/in-browser.js";
import { describeLoginsBehind } from "./support/logins-behind.js";

describeLoginsBehind("nginx", startNginx, describeBrowserLogins);
