import { TokenServerOutage } from "../../test/support/token-server-outage.js";
import { conclude } from "../figures.js";

/**
 * The calls to a Token Server that is down, with 1,000 visitors a minute who each open the login page once, in virtual time. Each
 * visitor's start calls it, as each would for ever without the circuit breaker, until three have failed and then the kit's own.
 * After that one visitor's in five seconds does, and one of the kit.
 */
const visitorsAMinute = 1000;
const minutes = 10;

for (const fault of ["refused", "silent"] as const) {
  const outage = new TokenServerOutage();
  outage.fault = fault;
  const calls: number[] = [];
  const waits: number[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    const before = outage.starts;
    for (let visitor = 0; visitor < visitorsAMinute; visitor++) {
      const { answer } = await outage.visit();
      if (minute > 0) void answer.then(({ afterMs }) => waits.push(afterMs));
      await outage.clock.advance(60 / visitorsAMinute, () => new Promise((resolve) => setImmediate(resolve)));
    }
    calls.push(outage.starts - before);
  }
  await outage.clock.advance(10);
  const [first = NaN, ...later] = calls;
  const what = fault === "refused" ? "that refuses connections" : "that never answers";
  console.log(`A Token Server ${what}: calls in each minute ${calls.join(", ")}`);
  conclude({
    what: "  calls in the first minute",
    unit: "",
    values: [first],
    // A silent one is found out after ten seconds: five for the first three starts, and five for the kit's own.
    bounds: [{ of: "figure", relation: "≤", value: fault === "refused" ? 30 : 200 }],
  });
  conclude({
    what: "  calls a minute, later",
    unit: "",
    values: later,
    bounds: [{ of: "figure", relation: "≤", value: 25 }],
  });
  const atOnce = waits.filter((ms) => ms === 0).length;
  conclude({
    what: "  visitors who are answered at once, of 100, later",
    unit: "",
    values: [(100 * atOnce) / waits.length],
    bounds: [{ of: "figure", relation: "≥", value: 98 }],
  });
}
