/** The system's code for an error, such as `EADDRINUSE`. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code;

/** A system error's code; otherwise what was thrown, as a string. */
export const codeOrText = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);
