import { colours } from "./support/conditions.js";
import { suite } from "./support/suite.js";

suite("The code in other colour schemes", colours);
