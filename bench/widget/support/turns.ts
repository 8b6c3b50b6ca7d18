/** Rotates the order each round, so that each thing comes first equally often. */
export const inTurn = <T>(things: readonly T[], round: number): T[] =>
  things.map((_, index) => things[(index + round) % things.length] as T);
