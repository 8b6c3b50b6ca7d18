import { fixFirst, titles, type Line } from "./lines.js";

const marks = { ok: "✓", failed: "✗", unknown: "?" } as const;

/** The lines as text. Neighbouring "could not tell" lines with the same reason are joined into one. */
export function textOf(heading: string, lines: readonly Line[]): string {
  const texts: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const names = [titles[line.check]] as string[];
    while (
      line.result === "unknown" &&
      lines[at + 1]?.result === "unknown" &&
      lines[at + 1]?.says === line.says
    )
      names.push(titles[lines[++at]!.check]);
    texts.push(
      names.length === 1
        ? `  ${marks[line.result]} ${names[0]}: ${line.says}`
        : `  ${marks[line.result]} ${line.says}:\n${wrapped(names)}`,
    );
    if (line.result === "failed") texts.push(`      → ${line.fix}`);
  }
  return `${heading}\n${texts.join("\n")}\n`;
}

/** Names in lines of about 100 characters. */
function wrapped(names: readonly string[]): string {
  const lines = [""];
  for (const name of names) {
    if ((lines.at(-1) ?? "").length + name.length > 90) lines.push("");
    lines[lines.length - 1] += `${lines.at(-1) === "" ? "" : " "}${name};`;
  }
  return lines
    .map((line) => `      ${line}`)
    .join("\n")
    .replace(/;$/, "");
}

/** What to do next, one step each. */
export function nextSteps(lines: readonly Line[], kind: "tenant" | "site"): string[] {
  const faults = lines.flatMap((line) => (line.result === "failed" ? [line] : []));
  if (faults.length > 0)
    return [...faults.map(({ check, fix }) => `${titles[check]}: ${fix}`), "Then run doctor again."];
  const waitedFor = lines.filter(({ check }) => lines.some(({ says }) => says === fixFirst(check)));
  if (waitedFor.length > 0)
    return [...waitedFor.map(({ check, says }) => `${titles[check]}: ${says}`), "Then run doctor again."];
  const has = (check: Line["check"], result: Line["result"]): boolean =>
    lines.some((line) => line.check === check && line.result === result);
  if (kind === "tenant" && has("scan", "unknown"))
    return [
      "Run doctor again and scan the code with your app: only a scan tests the phone and the callback.",
    ];
  if (kind === "tenant")
    return ["Start the site, open the login page, and check it: npx onegini-otp-login doctor --site URL."];
  return [
    "Log in once with a real phone, then go through the checklist: docs/checklist.md.",
    ...(has("return-address", "ok") ? ["Try the way back on phones: docs/mobile-app/devices.md."] : []),
  ];
}

/** What is printed at the end. */
export function summaryOf(lines: readonly Line[], steps: readonly string[]): string {
  const count = (result: Line["result"]): number => lines.filter((line) => line.result === result).length;
  const counts = `${count("ok")} passed (✓), ${count("failed")} failed (✗), ${count("unknown")} could not tell (?)`;
  return `${counts}\n\nWhat to do next\n${steps.map((step, index) => `  ${index + 1}. ${step}`).join("\n")}\n`;
}

/** The whole result, for `--json` and the report. */
interface Result {
  kind: "tenant" | "site";
  /** The address of the Token Server or of the login page. */
  address: string;
  /** ISO 8601. */
  at: string;
  /** Of this package. */
  version: string;
  lines: readonly Line[];
  next: readonly string[];
}

export function jsonOf({ kind, address, at, version, lines, next }: Result): string {
  const checks = lines.map(({ check, result, says, ...rest }) => ({
    check,
    title: titles[check],
    result,
    says,
    ...("fix" in rest && { fix: rest.fix }),
  }));
  const isGood = !lines.some(({ result }) => result === "failed");
  return `${JSON.stringify({ kind, address, at, version, ok: isGood, checks, next }, null, 2)}\n`;
}

/** The report for the vendor's support: all lines, with time and versions. It names no user. */
export function reportOf(
  result: Result,
  given: readonly string[],
  transactionId: string | undefined,
): string {
  const { address, at, version, lines, next } = result;
  const withoutUser = lines.map((line) =>
    line.check === "scan" ? { ...line, says: line.says.replace(/by the user “.*”/s, "by a user") } : line,
  );
  return [
    `Report of onegini-otp-login doctor, version ${version}`,
    `Time: ${at}`,
    `System: Node ${process.version}, ${process.platform} ${process.arch}`,
    `Checked: ${address}`,
    ...(transactionId === undefined ? [] : [`Transaction: ${transactionId}`]),
    "",
    "Settings",
    ...given.map((each) => `  ${each}`),
    "",
    textOf("Checks", withoutUser),
    summaryOf(lines, next),
  ].join("\n");
}
