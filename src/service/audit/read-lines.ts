import { createInterface } from "node:readline";
import { createReadStream } from "node:fs";
import { isObject, ownMembers, parseJson } from "../../protocol/login-api.js";
import { visible } from "../../server/text/printable.js";
import { auditVersion, type AuditRecord } from "./audit-line.js";

type TextName = AuditRecord extends infer Each ? (Each extends unknown ? keyof Each : never) : never;

/** A line of the audit. Its members may be missing, or of another type: somebody may have changed the file. */
export interface ReadLine {
  event: string;
  time: string;
  process: string;
  seq: number;
  /** A member as a text that a terminal can show; undefined if it is none. */
  text: (name: TextName | "userPseudonym" | "addressPseudonym") => string | undefined;
}

/** What was read besides lines that can be told. */
export interface Reading {
  /** Lines of the audit that are no JSON, such as one that was cut off. */
  unreadable: number;
  /** Lines of another version of the format. */
  otherVersions: number;
  /** Lines that processes have written and that were not read, between the first and the last of each. */
  missing: number;
  /** Lines with the process and the number of one that was read before: a file was read twice, or somebody added a line. */
  repeated: number;
}

/** Reads files, and standard input for `-`. Lines that are not of the audit are skipped, such as those of the log. */
export async function readLines(
  files: readonly string[],
  input: NodeJS.ReadableStream,
  onLine: (line: ReadLine) => void,
): Promise<Reading> {
  const reading = { unreadable: 0, otherVersions: 0 };
  const processes = new Map<string, SeenNumbers>();
  for (const file of files) {
    const from: NodeJS.ReadableStream = file === "-" ? input : createReadStream(file);
    // An error of the stream does not reach the lines.
    const failed = new Promise<never>((_resolve, reject) => from.once("error", reject));
    const read = async (): Promise<void> => {
      for await (const text of createInterface({ input: from, crlfDelay: Infinity })) {
        if (!text.includes('"stream":"audit"')) continue;
        const json = parseJson(text);
        const members = ownMembers(json as Readonly<Record<string, unknown>>);
        if (!isObject(json)) reading.unreadable++;
        else if (members["v"] !== auditVersion) reading.otherVersions++;
        else {
          const line = lineOf(members);
          const seen = processes.get(line.process) ?? new SeenNumbers();
          processes.set(line.process, seen.with(line.seq));
          onLine(line);
        }
      }
    };
    await Promise.race([read(), failed]);
  }
  const seen = [...processes.values()];
  const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);
  return {
    ...reading,
    missing: sum(seen.map(({ missing }) => missing)),
    repeated: sum(seen.map(({ repeated }) => repeated)),
  };
}

/** The numbers of one process's lines, as runs without a gap: lines come in the order of their numbers, or nearly so. */
class SeenNumbers {
  readonly #runs: { first: number; last: number }[] = [];
  #lowest = Infinity;
  #highest = -Infinity;
  #count = 0;
  repeated = 0;

  with(number: number): this {
    if (!Number.isSafeInteger(number)) return this;
    const isIn = ({ first, last }: { first: number; last: number }): boolean =>
      first <= number && number <= last;
    if (number <= this.#highest && this.#runs.some(isIn)) {
      this.repeated++;
      return this;
    }
    const run = this.#runs.at(-1);
    if (run && number === run.last + 1) run.last = number;
    else this.#runs.push({ first: number, last: number });
    this.#lowest = Math.min(this.#lowest, number);
    this.#highest = Math.max(this.#highest, number);
    this.#count++;
    return this;
  }

  /** How many are not there, between the lowest and the highest. */
  get missing(): number {
    return this.#count === 0 ? 0 : this.#highest - this.#lowest + 1 - this.#count;
  }
}

/** A line of JSON. */
export function lineOf(json: Readonly<Record<string, unknown>>): ReadLine {
  const text = (name: string): string | undefined => {
    const value = json[name];
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? visible(String(value))
      : undefined;
  };
  return {
    event: text("event") ?? "",
    time: text("time") ?? "",
    process: text("process") ?? "",
    seq: Number(json["seq"]),
    text,
  };
}
