import * as v from "valibot";
import { readSecretFile } from "./given-values.js";
import { settingList, type SecretName, type Settings } from "./setting-list.js";

/** The file of one secret, and where its path was given: `--client-secret-file`. */
export interface SecretFile {
  name: SecretName;
  path: string;
  where: string;
}

/** The secrets in use. */
export type Secrets = { [Name in SecretName]: Settings[Name] };

/** The content of a secret's file, or its problem, which does not contain the secret. */
type ReadSecret = { name: SecretName; value: Secrets[SecretName] } | { name: SecretName; problem: string };

/** Reads the file of a secret again. @param read throws the system's error */
export function readSecret({ name, path, where }: SecretFile, read: (path: string) => string): ReadSecret {
  const result = readSecretFile(path, where, read);
  if ("problem" in result) return { name, problem: result.problem };
  const { success, output, issues } = v.safeParse(settingList[name].schema, result.text);
  return success ? { name, value: output } : { name, problem: `${where} must be ${issues[0].message}.` };
}
