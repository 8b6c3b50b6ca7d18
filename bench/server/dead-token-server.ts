import { TokenServerOutage } from "../../test/support/token-server-outage.js";
import { conclude } from "../figures.js";

/**
 * The calls to a Token Server that is down, with 1,000 visitors a minute who each open the login page once, in virtual time. In
 * its first minute each visitor's start calls it, as each would for ever without the circuit breaker; after that one in five
 * seconds does.
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
      if (minute > 1) void answer.then(({ afterMs }) => waits.push(afterMs));
      await outage.clock.advance(60 / visitorsAMinute, () => new Promise((resolve) => setImmediate(resolve)));
    }
    calls.push(outage.starts - before);
  }
  await outage.clock.advance(10);
  const [first = NaN, second = NaN, ...later] = calls;
  const what = fault === "refused" ? "that refuses connections" : "that never answers";
  console.log(`A Token Server ${what}: calls in each minute ${calls.join(", ")}`);
  console.log(`  in the first ${first}, in the second ${second}`);
  conclude({
    what: "  calls a minute, later",
    unit: "",
    values: later,
    bounds: [{ of: "figure", relation: "≤", value: 13 }],
  });
  const atOnce = waits.filter((ms) => ms === 0).length;
  conclude({
    what: "  visitors who are answered at once, of 100, later",
    unit: "",
    values: [(100 * atOnce) / waits.length],
    bounds: [{ of: "figure", relation: "≥", value: 98 }],
  });
}
