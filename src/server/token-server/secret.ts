/**
 * A secret that can be changed without an interruption: one string, or two while the other side changes from one to the
 * other. A function is called at each use, and returns at once: the secret may change while the kit runs. If it throws or
 * returns something else, that call fails, and the reason is logged.
 */
export type Secret = string | readonly string[] | (() => string | readonly string[]);

/** If there are two, one is about to be replaced by the other. */
const maxSecrets = 2;

/** Whether it is one string or two, none of them empty. */
const isSecret = (value: unknown): value is string | readonly string[] => {
  const texts: unknown[] = [value].flat();
  return (
    texts.length >= 1 &&
    texts.length <= maxSecrets &&
    texts.every((text) => typeof text === "string" && text !== "")
  );
};

/** Whether an option is a secret, as far as that can be told without calling a function. */
export const isSecretOption = (value: unknown): value is Secret =>
  typeof value === "function" || isSecret(value);

/** The secrets that an option gives, at the time of the call. @param name the option's name, for the error */
export const secretsOf = (option: Secret, name: string): (() => readonly string[]) =>
  atEachUse(option, isSecret, `"${name}" must return the secret, or two of them, and at once`);

/**
 * What an option gives that is a secret, some of them, or a function that returns such.
 *
 * @returns a function that throws a `TypeError` with that message, without what it was given, if the site's function throws or
 *   returns anything else
 */
export function atEachUse<Given extends string | readonly string[]>(
  option: Given | (() => Given),
  isRight: (value: unknown) => value is Given,
  message: string,
): () => readonly string[] {
  if (typeof option !== "function") {
    const secrets = [option].flat();
    return () => secrets;
  }
  return () => {
    let value: unknown;
    try {
      value = option();
    } catch {
      // Its message may hold the secret.
    }
    if (isRight(value)) return [value].flat();
    throw new TypeError(message);
  };
}
