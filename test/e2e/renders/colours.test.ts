import { colours } from "./support/conditions.js";
import { suite } from "./support/suite.js";

suite("The code, where colours are others", colours);
