import { revision } from "../process/revision.js";
import { storedFormats, type StoredKind } from "./stored-formats.js";

/** What happens where two versions do not read what the other one keeps. */
const losses: Record<StoredKind, string> = {
  attempt:
    "Open pages show a new code when they come to a process of the other version. A person who has just accepted scans once more.",
  limit:
    "An address or a browser may be refused (429) until its counts end: a minute, or an hour for wrong numbers.",
  pause: "Each version has its own: pause and resume at a process of each.",
  mark: 'With pairing, everybody is asked for the number once. A browser that is forgotten at one version is not at the other: send {"all": true} when the last process is new.',
};

const numbersOf = (version: string): readonly number[] | undefined =>
  /^v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(version)?.slice(1).map(Number);

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const index = one.findIndex((number, at) => number !== other[at]);
  return index !== -1 && (one[index] ?? 0) < (other[index] ?? 0);
}

/**
 * What happens while processes of this version and of another one share a Redis, in words for an operator.
 *
 * @returns as exit code 0: nothing is lost; 1: what the text says; 2: this version does not know the other one
 */
export function compatibilityWith(other: string, version: string): { text: string; exitCode: 0 | 1 | 2 } {
  const unknown = (why: string): ReturnType<typeof compatibilityWith> => ({ text: `${why}\n`, exitCode: 2 });
  const asked = numbersOf(other);
  if (!asked) return unknown(`--compatible-with: "${other}" is not a version such as 1.2.3.`);
  const since = (row: { since: string }): readonly number[] => numbersOf(row.since) ?? [];
  const own = storedFormats.at(-1);
  const known = [numbersOf(version) ?? [], own ? since(own) : []];
  if (known.every((each) => isBefore(each, asked)))
    return unknown(
      `${version} does not know ${other}, which is newer. Ask it: serve --compatible-with ${version}`,
    );
  const theirs = storedFormats.findLast((row) => !isBefore(asked, since(row)));
  if (!theirs || !own) return unknown(`${version} does not know ${other}.`);

  const kinds = Object.keys(own.formats) as StoredKind[];
  const lost = kinds.filter((kind) => {
    const [ours, others] = [own.formats[kind], theirs.formats[kind]];
    return !ours.reads.includes(others.writes) || !others.reads.includes(ours.writes);
  });
  const formatOf = (format: number): string => (format === 0 ? "no format" : `format ${format}`);
  const lines = kinds.map((kind) => {
    const formats = `${other} writes ${formatOf(theirs.formats[kind].writes)}, ${version} ${formatOf(own.formats[kind].writes)}`;
    const result = lost.includes(kind) ? losses[kind] : "Both read both. Nothing is lost.";
    return `  ${kind}: ${formats}. ${result}`;
  });
  const advice =
    lost.length === 0
      ? "Replace one process after the other: no login is lost."
      : "Do not replace one process after the other. Start the new ones with a redis-prefix of their own, and change the proxy to them in one reload: each open page shows a new code once. More: docs/upgrading.md";
  const head = `onegini-otp-login ${version} (${revision}) beside ${other}, on one Redis:`;
  return { text: `${[head, ...lines, advice].join("\n")}\n`, exitCode: lost.length === 0 ? 0 : 1 };
}
