/**
 * A reporter for `node --test`: a line of JSON for each test, an `Outcome` of suites.ts; for a suite only where it failed, in a
 * hook. Not TypeScript: Node loads a reporter before tsx.
 * @param {AsyncIterable<import("node:test/reporters").TestEvent>} events
 */
export default async function* outcomes(events) {
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const isPassed = type === "test:pass";
    if (isPassed && data.details.type === "suite") continue;
    yield `${JSON.stringify({ file: data.file ?? data.name, isPassed })}\n`;
  }
}
