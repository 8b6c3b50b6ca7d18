export { isLoopback, isSafe } from "../../server/text/safe-url.js";
