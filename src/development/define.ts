/** `define.ts` in development. */
import "./index.js";
import "../define.js";
