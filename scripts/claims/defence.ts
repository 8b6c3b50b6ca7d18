import ts from "typescript";
import type { RequirementId } from "../trust/asvs.js";
import type { ThreatName } from "../trust/threats.js";

/** Claims of docs/security.md and docs/cross-device.md, in a few words, by the test file that must fail without the defence. */
export type Claims = Readonly<Record<string, Readonly<Record<string, Defence>>>>;

/** The defence in the code that makes a claim true. */
type Defence = Change & {
  /** The title of the test or its suite, with … for each `${…}`. */
  title: string;
  /** The threat that it answers, for docs/trust/threats.md. */
  threat: ThreatName;
  /** The requirements of OWASP ASVS that it helps to meet, for docs/trust/asvs.md. */
  asvs: readonly RequirementId[];
};

/**
 * How a defence is taken out. A text is there exactly once, whatever its white space; … stands for anything. It is as little as
 * identifies it, because names change. Without it the file is still valid, so that the test fails for the right reason.
 */
type Change = {
  /** Where it is: "file.ts: name" or "file.ts: Class.member". Only a file: it is no TypeScript, or what it declares has no name. */
  at: string;
} & (
  | { remove: string }
  /** A text and what takes its place. */
  | { replace: readonly [text: string, by: string] }
  /** What takes the place of all of the function's body, or of the constant's value. */
  | { value: string }
);

export const fileOf = ({ at }: Change): string => at.split(": ")[0] ?? at;

/**
 * A file's source without the defence.
 *
 * @throws Error if the defence is not there exactly once
 */
export function withoutDefence(source: string, change: Change): string {
  const { at } = change;
  const [text, by] =
    "replace" in change
      ? change.replace
      : "remove" in change
        ? [change.remove, ""]
        : [undefined, change.value];
  const [, name] = at.split(": ");
  const { start, end } =
    name === undefined ? { start: 0, end: source.length } : rangeOf(source, name, text === undefined);
  const within = source.slice(start, end);
  const [found, ...others] = text === undefined ? [within] : (within.match(patternOf(text)) ?? []);
  if (found === undefined || others.length > 0)
    throw new Error(
      `${at} has this text ${found === undefined ? 0 : others.length + 1} times instead of once:\n${text ?? ""}`,
    );
  return source.slice(0, start) + within.replace(found, () => by) + source.slice(end);
}

/** Finds a text with other white space. */
function patternOf(text: string): RegExp {
  const words = text.match(/[\w$]+|[^\w$\s]/g) ?? [];
  const parts = words.map((word) => (word === "…" ? "[^]*?" : word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")));
  const begins = /^\s*\w/.test(text) ? "(?<![\\w$])" : "";
  return new RegExp(begins + parts.join("\\s*") + (/\w\s*$/.test(text) ? "(?![\\w$])" : ""), "g");
}

/** Where a declaration is in its file, or its body or value. */
function rangeOf(source: string, name: string, isBody: boolean): { start: number; end: number } {
  const file = ts.createSourceFile("file.ts", source, ts.ScriptTarget.Latest, true);
  const [found, ...others] = declarationsIn(file).filter((each) => each.name === name);
  if (!found || others.length > 0)
    throw new Error(`${name} is declared ${found ? "several" : "0"} times instead of once`);
  const { declaration } = found;
  if (!isBody) return { start: declaration.getStart(), end: declaration.end };
  const { initializer, body = initializer } = declaration;
  const value = body && ts.isArrowFunction(body) ? body.body : body;
  if (!value) throw new Error(`${name} has neither a body nor a value`);
  const brace = ts.isBlock(value) ? 1 : 0;
  return { start: value.getStart() + brace, end: value.end - brace };
}

interface Declared {
  name: string;
  declaration: ts.Node & { initializer?: ts.Node; body?: ts.Node };
}

/** What a file declares at its top, and the members of its classes. */
const declarationsIn = (file: ts.SourceFile): Declared[] =>
  file.statements.flatMap((declaration): Declared[] => {
    if (ts.isVariableStatement(declaration))
      return declaration.declarationList.declarations.map((each) => ({
        name: each.name.getText(),
        declaration: each,
      }));
    if (ts.isFunctionDeclaration(declaration))
      return declaration.body ? [{ name: declaration.name?.text ?? "default", declaration }] : [];
    if (!ts.isClassDeclaration(declaration)) return [];
    const name = declaration.name?.text ?? "default";
    const memberName = ({ name: of }: ts.ClassElement) => `${name}.${of?.getText() ?? "constructor"}`;
    return [
      { name, declaration },
      ...declaration.members.map((each) => ({ name: memberName(each), declaration: each })),
    ];
  });
