/** Prints a figure beside its bound, and makes the process fail if it is missed. */
export function conclude(what: string, value: number, relation: "≤" | "≥", bound: number, unit = ""): void {
  const isMet = relation === "≤" ? value <= bound : value >= bound;
  console.log(
    `${what}: ${value.toFixed(2)}${unit} (${relation} ${bound}${unit}: ${isMet ? "met" : "missed"})`,
  );
  if (!isMet) process.exitCode = 1;
}
