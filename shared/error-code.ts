/** The system's code for an error, such as `EADDRINUSE`. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code;
