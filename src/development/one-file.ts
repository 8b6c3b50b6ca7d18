/** Part of the one file. */
import { giveHints } from "./hints.js";
import { isLoopback } from "./loopback.js";

if (isLoopback) giveHints();
