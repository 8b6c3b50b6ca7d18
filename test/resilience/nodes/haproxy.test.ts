import { startHaproxy } from "../../support/services/haproxy.js";
import { describeLoginsBehind } from "./support/logins-behind.js";

describeLoginsBehind("HAProxy", startHaproxy);
