/**
 * Measures several figures in turns, so that a busy moment of the machine affects all of them. Every second round goes backwards,
 * because the first one in a round finds caches that another one has filled.
 */
export async function inTurns<Name extends string>(
  rounds: number,
  measures: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(measures) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed())
      figures[name].push(await measures[name]());
  }
  return figures;
}
