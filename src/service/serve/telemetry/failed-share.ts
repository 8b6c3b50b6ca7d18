/** The share is that of the starts of the last five minutes, counted by the minute. */
export const windowMinutes = 5;

interface Minute {
  minute: number;
  starts: number;
  failed: number;
}

/** The share of the starts of codes that failed within the last five minutes. */
export class FailedShare {
  #minutes: Minute[] = [];

  /** @param nowMs by a clock that nobody sets */
  count(hasFailed: boolean, nowMs: number): void {
    const minute = minuteOf(nowMs);
    let last = this.#minutes.at(-1);
    if (last?.minute !== minute) {
      last = { minute, starts: 0, failed: 0 };
      this.#minutes = [...this.#recent(nowMs), last];
    }
    last.starts += 1;
    if (hasFailed) last.failed += 1;
  }

  /** From 0 to 1; 0 without starts. */
  at(nowMs: number): number {
    const recent = this.#recent(nowMs);
    const sum = (of: "starts" | "failed"): number => recent.reduce((total, each) => total + each[of], 0);
    return sum("failed") / (sum("starts") || 1);
  }

  #recent(nowMs: number): Minute[] {
    return this.#minutes.filter(({ minute }) => minute > minuteOf(nowMs) - windowMinutes);
  }
}

const minuteOf = (nowMs: number): number => Math.floor(nowMs / 60_000);
