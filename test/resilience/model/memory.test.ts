import { describeModel } from "./support/describe-model.js";

describeModel({ store: "memory", runs: 1000 });
