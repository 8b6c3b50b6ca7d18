import { readSecret, type SecretFile, type Secrets } from "../settings/secret-files.js";
import type { SecretName } from "../settings/setting-list.js";
import type { Log } from "./telemetry/log.js";

interface Rereading {
  /** The secrets in use, which are replaced. */
  secrets: Secrets;
  files: readonly SecretFile[];
  /** Resolves to the problem with a new address of Redis, without its password. */
  checkRedis: (url: string) => Promise<string | undefined>;
  log: Log;
}

/** Reads the files of the secrets again. If one is wrong, that is logged and its secret stays as it was. */
export async function rereadSecrets({ secrets, files, checkRedis, log }: Rereading): Promise<void> {
  const changed: SecretName[] = [];
  for (const file of files) {
    const result = readSecret(file);
    const problem =
      "problem" in result
        ? result.problem
        : result.name === "redis-url" && result.value !== secrets["redis-url"]
          ? await checkRedis(String(result.value))
          : undefined;
    if ("problem" in result || problem !== undefined) {
      log.error({ setting: file.name, description: problem }, "secret_not_read");
    } else if (JSON.stringify(result.value) !== JSON.stringify(secrets[result.name])) {
      Object.assign(secrets, { [result.name]: result.value });
      changed.push(result.name);
    }
  }
  if (files.length > 0) log.info({ changed }, "secrets_read");
  else
    log.warn(
      { changed, description: "No secret is in a file of its own, so secrets change only with a restart." },
      "secrets_read",
    );
}
