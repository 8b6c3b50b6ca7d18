import { createHash, createHmac } from "node:crypto";
import type { Secrets } from "../../settings/secret-files.js";
import { settingNames, settingOf, type Settings } from "../../settings/setting-list.js";

/** 64 bits. */
const length = 16;

/**
 * Tells two configurations apart: a hash of all settings but the secrets. Of a secret it has how many are given, because a hash
 * would let a reader of the audit try out passwords.
 */
export const settingsFingerprint = (settings: Settings): string =>
  createHash("sha256")
    .update(
      ordered(
        settingNames.map((name) => [
          name,
          settingOf(name).isSecret ? countOf(settings[name]) : settings[name],
        ]),
      ),
    )
    .digest("hex")
    .slice(0, length);

/** The same for the secrets, which takes a key that a reader of the audit does not have: `pseudonym-key`. Undefined without it. */
export function secretsFingerprint(secrets: Secrets): string | undefined {
  const { "pseudonym-key": key, ...others } = secrets;
  if (key === undefined) return undefined;
  const names = settingNames.filter(
    (name): name is keyof typeof others => name in others && settingOf(name).isSecret === true,
  );
  const values = ordered(["secrets/1", ...names.map((name) => [name, others[name]])]);
  return createHmac("sha256", key).update(values).digest("hex").slice(0, length);
}

const countOf = (secret: unknown): number => [secret ?? []].flat().length;

/** JSON whose objects have their members in alphabetical order. */
const ordered = (value: unknown): string =>
  JSON.stringify(value, (_name, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
