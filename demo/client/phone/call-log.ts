/** What the app heard of one code: the call, then line by line what came of it. */
export interface Hearing {
  call: string;
  lines: readonly string[];
}

const maxHearings = 20;

/** A call of the SDK as a developer would write it, with only the beginning of the code: the rest is a secret. */
export const hearingOf = (otp: string): Hearing => ({
  call: `handleMobileAuthWithOtp(${otp.length > 16 ? `${otp.slice(0, 16)}…` : otp})`,
  lines: [],
});

/** The newest first, as many as a person would read. */
export const addHearing = (hearings: readonly Hearing[], hearing: Hearing): readonly Hearing[] =>
  [hearing, ...hearings].slice(0, maxHearings);

/** Says more about the newest; `instead` takes the place of the last line. */
export function addLine(
  [newest, ...older]: readonly Hearing[],
  line: string,
  how: "more" | "instead" = "more",
): readonly Hearing[] {
  if (!newest) return older;
  const lines = how === "more" ? newest.lines : newest.lines.slice(0, -1);
  return [{ ...newest, lines: [...lines, line] }, ...older];
}
