import { around } from "./support/conditions.js";
import { suite } from "./support/suite.js";

suite("The code with any CSS around it", around);
