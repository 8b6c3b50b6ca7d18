/** The same things in another order each round, so that none always follows the same other one. */
export const inTurn = <T>(things: readonly T[], round: number): T[] =>
  things.map((_, index) => things[(index + round) % things.length] as T);
