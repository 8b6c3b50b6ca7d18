/** Part of the one file. */
import { giveHints } from "./hints.js";
import { isLoopback } from "../protocol/loopback.js";

// Without a bundler nothing else tells development from production.
if (isLoopback(location.hostname)) giveHints();
