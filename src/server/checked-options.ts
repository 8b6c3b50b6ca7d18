import * as v from "valibot";

/**
 * The options that a site gave, complete.
 *
 * @param taker the function that takes them, for the error
 * @throws TypeError that names the first option that is missing, empty, wrong or unknown, and says what is expected
 */
export function checkedOptions<Schema extends v.GenericSchema>(
  taker: string,
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (success) return output;
  const [issue] = issues;
  const name = v.getDotPath(issue);
  if (name === null) throw new TypeError(`${taker}: the options must be ${issue.message}`);
  const isOfObject = issue.type === "strict_object";
  if (isOfObject && issue.expected === "never") throw new TypeError(`${taker}: there is no option "${name}"`);
  const keys = name.split(".");
  const problem = problemOf(valueAt(value, keys));
  // valibot reports a missing option at the object around it. The option's own schema says what is expected.
  const option =
    isOfObject &&
    problem === "missing" &&
    keys.reduce<unknown>((at, key) => {
      const { wrapped = at } = at as { wrapped?: unknown };
      return (wrapped as { entries?: Record<string, unknown> }).entries?.[key];
    }, schema);
  throw new TypeError(
    `${taker}: "${name}" is ${problem}; expected ${option ? expectedBy(option as v.GenericSchema) : issue.message}`,
  );
}

/** What a schema expects in place of what nobody gave. */
const expectedBy = (schema: v.GenericSchema): string =>
  v.safeParse(schema, undefined, { abortEarly: true }).issues?.[0].message ?? "";

/** A variable of the environment that nobody has set is often an empty string. */
const problemOf = (value: unknown): "missing" | "empty" | "wrong" =>
  value === undefined ? "missing" : value === "" ? "empty" : "wrong";

const valueAt = (root: unknown, keys: readonly string[]): unknown =>
  keys.reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], root);
