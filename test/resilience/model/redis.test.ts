import { describeModel } from "./support/describe-model.js";

describeModel({ store: "redis", runs: 1000 });
