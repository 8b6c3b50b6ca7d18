/** Throws a TypeError that names an option and says what is expected of it. */
export function expect(holds: boolean, name: string, expectation: string): asserts holds {
  if (!holds) throw new TypeError(`Token Server emulator: ${name} ${expectation}.`);
}

export function expectText(name: string, value: unknown): void {
  expect(typeof value === "string" && value !== "", name, "must be a text that is not empty");
}

/** A misspelt name must not go unnoticed: it would quietly mean the default. */
export function expectObject(name: string, value: unknown, members: readonly string[]): void {
  expect(typeof value === "object" && value !== null && !Array.isArray(value), name, "must be an object");
  const unknown = Object.keys(value).find((member) => !members.includes(member));
  expect(unknown === undefined, `${name}.${unknown}`, `is unknown: there are ${members.join(", ")}`);
}

/** Lets a value through that is absent or of the type. */
export function optional<Value>(
  name: string,
  value: Value | undefined,
  type: "boolean" | "function",
): Value | undefined {
  expect(value === undefined || typeof value === type, name, `must be a ${type}`);
  return value;
}

/** `Array.isArray` would turn the members' type into `any`. */
export const isList = (value: unknown): boolean => Array.isArray(value);
