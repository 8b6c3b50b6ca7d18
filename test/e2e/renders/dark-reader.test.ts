import { darkened } from "./support/conditions.js";
import { suite } from "./support/suite.js";

suite("The code in a page that an extension darkens", darkened);
