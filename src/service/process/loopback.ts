export { isLoopback, isSafe } from "../../server/text/loopback.js";
