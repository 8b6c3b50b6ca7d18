import { statSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { RedisTls } from "../process/connect-redis.js";
import type { Certificates } from "./certificates.js";
import { sharedSecretProblem } from "../settings/internal-secrets.js";
import { readSecret, type SecretFile, type Secrets } from "../settings/secret-files.js";
import type { Log } from "./telemetry/log.js";
import { settledFiles, watchFiles, type ReadText } from "./watch-files.js";

interface Rereading {
  /** The secrets in use, which are replaced. */
  secrets: Secrets;
  files: readonly SecretFile[];
  certificates: Pick<Certificates, "paths" | "reread">;
  /** Called after certificates have changed. */
  useCertificates: () => void;
  /** Resolves to the problem with a new address of Redis, without its password, or with new certificates for it. */
  checkRedis: (changed: { url?: string; tls?: RedisTls }) => Promise<string | undefined>;
  log: Log;
}

/** Reads the files of secrets and certificates again when they change. `now` also does, and resolves to whether all were right. */
export function followSecrets({ files, ...rest }: Rereading): {
  now: () => Promise<boolean>;
  end: () => void;
} {
  // A pipe can be read only once.
  const readable = files.filter(({ path }) => statSync(path, { throwIfNoEntry: false })?.isFile());
  const reread = secretsReader({ ...rest, files: readable });
  let reading = Promise.resolve(true);
  // One after the other.
  const read = (reason: RereadReason, texts: ReadText): Promise<boolean> =>
    (reading = reading.then(() => reread(reason, texts)));
  const paths = [...readable.map(({ path }) => path), ...rest.certificates.paths];
  const end = watchFiles(paths, (texts) => read("watch", texts));
  return { now: async () => read("signal", await settledFiles(paths)), end };
}

/** Why files are read again: a signal, which is always answered in the log, or because they seem to have changed. */
export type RereadReason = "signal" | "watch";

/**
 * Returns the function that reads the files of secrets and certificates again. If one is wrong, that is logged, and what it held
 * before stays in use. It resolves to whether all were right.
 */
export function secretsReader({
  secrets,
  files,
  certificates,
  useCertificates,
  checkRedis,
  log,
}: Rereading): (reason: RereadReason, read: ReadText) => Promise<boolean> {
  /** What was wrong at the last time, by the setting. */
  let told = new Map<string, string>();

  const problemWith = async (result: ReturnType<typeof readSecret>): Promise<string | undefined> => {
    if ("problem" in result) return result.problem;
    const { name, value } = result;
    if (name === "redis-url" && value !== secrets["redis-url"]) return checkRedis({ url: String(value) });
    return sharedSecretProblem({ ...secrets, [name]: value });
  };

  return async (reason, read) => {
    const changed: string[] = [];
    const problems = new Map<string, string>();
    // Before redis-url, which may be tried with them.
    const ofCertificates = await certificates.reread(read, (tls) => checkRedis({ tls }));
    for (const { setting, description } of ofCertificates.problems) problems.set(setting, description);
    if (ofCertificates.changed.length > 0) useCertificates();
    changed.push(...ofCertificates.changed);
    for (const file of files) {
      const result = readSecret(file, read);
      const problem = await problemWith(result);
      if (problem !== undefined) {
        problems.set(file.name, problem);
      } else if ("value" in result && !isDeepStrictEqual(result.value, secrets[result.name])) {
        Object.assign(secrets, { [result.name]: result.value });
        changed.push(result.name);
      }
    }
    for (const [setting, description] of problems)
      if (reason === "signal" || told.get(setting) !== description)
        log.error({ setting, description }, "secret_not_read");
    told = problems;
    const isRight = problems.size === 0;
    if (reason === "watch" && changed.length === 0) return isRight;
    if (files.length + certificates.paths.length > 0) log.info({ changed }, "secrets_read");
    else
      log.warn(
        { changed, description: "No secret is in a file of its own, so secrets change only with a restart." },
        "secrets_read",
      );
    return isRight;
  };
}
