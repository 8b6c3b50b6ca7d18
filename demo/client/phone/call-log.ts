/** One call of the SDK, with a line for each event that followed. */
export interface SdkCall {
  call: string;
  lines: readonly string[];
}

const maxCalls = 20;

/** The call as a developer writes it, with only the beginning of the code, because the rest is secret. */
export const callOf = (otp: string): SdkCall => ({
  call: `handleMobileAuthWithOtp(${otp.length > 16 ? `${otp.slice(0, 16)}…` : otp})`,
  lines: [],
});

/** The newest comes first. */
export const addCall = (calls: readonly SdkCall[], call: SdkCall): readonly SdkCall[] =>
  [call, ...calls].slice(0, maxCalls);

/** Adds a line to the newest call; `instead` replaces its last line. */
export function addLine(
  [newest, ...older]: readonly SdkCall[],
  line: string,
  how: "more" | "instead" = "more",
): readonly SdkCall[] {
  if (!newest) return older;
  const lines = how === "more" ? newest.lines : newest.lines.slice(0, -1);
  return [{ ...newest, lines: [...lines, line] }, ...older];
}
