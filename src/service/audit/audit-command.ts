import { parseArgs } from "node:util";
import { codeOf, codeOrText } from "../process/error-code.js";
import { storyOf, type LoginStory } from "./login-story.js";
import { readLines, type ReadLine, type Reading } from "./read-lines.js";

const help = `Usage: onegini-otp-login audit show [file …] --attempt|--user|--transaction <id>

Tells logins from the audit of serve (audit), in sentences. Without a file, or for -, it reads standard input. Times are UTC.

Flags:
  --attempt <id>                        one login, by its id
  --user <id>                           a user's logins, by the user's id or the pseudonym in the log
  --transaction <id>                    one login, by the Token Server's transaction

Exit code: 0: found, 1: not found, 2: wrong use.

Examples:
  npx onegini-otp-login audit show /var/log/onegini-login/audit.log --attempt 3q2-7wAAAAAAAAAAAAAAAA
  zcat audit.log.*.gz | npx onegini-otp-login audit show - --user alice
`;

/** Where the command reads and writes. */
interface Streams {
  stdin: NodeJS.ReadableStream;
  stdout: (text: string) => void;
  stderr: (text: string) => void;
}

const names = ["attempt", "user", "transaction"] as const;

interface Wanted {
  by: (typeof names)[number];
  id: string;
}

/** The command `audit`. Resolves to the exit code. */
export async function audit(args: readonly string[], { stdin, stdout, stderr }: Streams): Promise<0 | 1 | 2> {
  const use = parse(args);
  if (use === "help") {
    stdout(help);
    return 0;
  }
  if ("problem" in use) {
    stderr(`${use.problem}\nHelp: npx onegini-otp-login audit --help\n`);
    return 2;
  }
  const { wanted, files } = use;
  const logins = new Map<string, ReadLine[]>();
  const forgotten: ReadLine[] = [];
  let reading: Reading;
  try {
    reading = await readLines(files, stdin, (line) => {
      const attempt = line.text("attempt");
      if (attempt !== undefined) {
        if (wanted.by === "attempt" && attempt !== wanted.id) return;
        const known = logins.get(attempt);
        if (known) known.push(line);
        else logins.set(attempt, [line]);
      } else if (line.event === "browsers_forgotten" || line.text("path") === "/forget-browsers")
        forgotten.push(line);
    });
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    stderr(`A file cannot be read (${codeOrText(error)}): ${(error as NodeJS.ErrnoException).path ?? ""}\n`);
    return 2;
  }
  const stories = [...logins]
    // Some lines of a login name neither its user nor its transaction, and the files are read in any order.
    .filter(([, lines]) => lines.some((line) => isWanted(line, wanted)))
    .map(([attempt, lines]) => storyOf(attempt, lines, forgotten))
    .sort((one, other) => ((one.steps[0]?.time ?? "") < (other.steps[0]?.time ?? "") ? -1 : 1));
  stdout(stories.map(textOf).join("\n"));
  for (const note of notesOf(reading)) stderr(`${note}\n`);
  if (stories.length > 0) return 0;
  stderr(`No login with this ${wanted.by} is in these lines.\n`);
  return 1;
}

function isWanted({ text }: ReadLine, { by, id }: Wanted): boolean {
  switch (by) {
    case "attempt":
      return text("attempt") === id;
    case "transaction":
      return text("transaction") === id;
    case "user":
      return text("userId") === id || text("userPseudonym") === id;
    default:
      return by satisfies never;
  }
}

function textOf({ attempt, result, steps }: LoginStory): string {
  const lines = steps.map(
    ({ time, sentence }) => `  ${time.replace("T", " ").replace("Z", "")}  ${sentence}`,
  );
  return [`Login ${attempt}: ${result}`, ...lines, ""].join("\n");
}

const notesOf = ({ unreadable, otherVersions, missing, repeated }: Reading): string[] => [
  ...(unreadable > 0 ? [`Lines that cannot be read: ${unreadable}.`] : []),
  ...(otherVersions > 0 ? [`Lines of another version of the format: ${otherVersions}.`] : []),
  ...(missing > 0 ? [`Lines that were written and are not in these files: ${missing}.`] : []),
  ...(repeated > 0 ? [`Lines whose process and seq were read before: ${repeated}.`] : []),
];

/** An id may begin with a hyphen, which Node takes for a flag if it stands alone. */
function withValues([arg, ...rest]: readonly string[]): string[] {
  if (arg === undefined) return [];
  const [value, ...others] = rest;
  return names.some((name) => arg === `--${name}`) && value !== undefined
    ? [`${arg}=${value}`, ...withValues(others)]
    : [arg, ...withValues(rest)];
}

function parse(
  args: readonly string[],
): "help" | { problem: string } | { wanted: Wanted; files: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: withValues(args),
      allowPositionals: true,
      options: {
        ...(Object.fromEntries(names.map((name) => [name, { type: "string" }])) as Record<
          (typeof names)[number],
          { type: "string" }
        >),
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help === true) return "help";
    const [verb, ...files] = positionals;
    if (verb !== "show") return { problem: "Use: audit show." };
    const [wanted, ...others] = names.flatMap((by) => {
      const id = values[by];
      return id === undefined ? [] : [{ by, id }];
    });
    if (!wanted || others.length > 0) return { problem: "Give one of --attempt, --user and --transaction." };
    return { wanted, files: files.length > 0 ? files : ["-"] };
  } catch (error) {
    // Node's message names the argument first. The advice after it does not apply here.
    const [problem = ""] = String((error as Error).message).split(/\. |\n/);
    return { problem: `${problem.replace(/\.$/, "")}.` };
  }
}
