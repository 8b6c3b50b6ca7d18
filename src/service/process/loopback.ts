export { isAddress, isLoopback, isOrigin, parseUrl } from "../../server/text/safe-url.js";
