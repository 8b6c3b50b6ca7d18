/** A system error's code, such as ECONNREFUSED. Otherwise what was thrown, as a text. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);
