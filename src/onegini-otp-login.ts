/** The one file for a page: registers the element and exports what `.` exports. */
import "./define.js";
export * from "./index.js";
