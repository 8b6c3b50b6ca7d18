import { startHaproxy } from "../../support/services/nginx-and-haproxy.js";
import { describeLoginsBehind } from "./support/logins-behind.js";

describeLoginsBehind("HAProxy", startHaproxy);
