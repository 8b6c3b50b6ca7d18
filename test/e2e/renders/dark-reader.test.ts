import { darkened } from "./support/conditions.js";
import { suite } from "./support/suite.js";

suite("The code, where an extension darkens the page", darkened);
