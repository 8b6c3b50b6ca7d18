import { describeModel } from "./support/describe-model.js";

describeModel({ store: "valkey", runs: 1000 });
