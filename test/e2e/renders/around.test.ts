import { around } from "./support/conditions.js";
import { suite } from "./support/suite.js";

suite("The code, whatever a site sets around it", around);
