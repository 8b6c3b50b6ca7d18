import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { codeOrText } from "../process/error-code.js";
import type { RedisTls } from "../process/connect-redis.js";
import type { ReadText } from "./watch-files.js";
import type { Settings } from "../settings/setting-list.js";

/** The settings that name a file of certificates or of a key, those of one use together. */
export const certificateSettings = {
  internal: { cert: "internal-tls-cert", key: "internal-tls-key", ca: "internal-client-ca" },
  redis: { cert: "redis-tls-cert", key: "redis-tls-key", ca: "redis-tls-ca" },
} as const satisfies Record<string, Record<Part, keyof Settings>>;

type Use = keyof typeof certificateSettings;
type Part = "cert" | "key" | "ca";
type CertificateName = (typeof certificateSettings)[Use][Part];

export type CertificateSettings = Pick<Settings, CertificateName>;

/** The texts of the files of one use, in PEM. */
export type Pem = Partial<Record<Part, string>>;

const uses = Object.keys(certificateSettings) as Use[];
const parts: readonly Part[] = ["cert", "key", "ca"];

/** A file that cannot be used: its setting, and what is wrong in one sentence, without anything of the file. */
interface CertificateProblem {
  setting: CertificateName;
  description: string;
}

/** The files that are in use. */
export class Certificates {
  readonly #settings: CertificateSettings;
  readonly #inUse: Record<Use, Pem>;
  /** For connections to Redis. A client keeps these lists, so they change in place, and each new connection reads them. */
  readonly redisTls: RedisTls;

  /** @param inUse what the files held at the start */
  constructor(settings: CertificateSettings, inUse: Record<Use, Pem>) {
    this.#settings = settings;
    this.#inUse = inUse;
    this.redisTls = redisTlsOf(inUse.redis);
  }

  /** For the internal port. Empty: plain http. */
  get internal(): Pem {
    return this.#inUse.internal;
  }

  get paths(): string[] {
    return uses.flatMap((use) =>
      parts.flatMap((part) => this.#settings[certificateSettings[use][part]] ?? []),
    );
  }

  /**
   * Reads the files again. Those of one use change together; if one of them is wrong, they all stay as they were.
   *
   * @param readText gives the text of a file, or throws the system's error
   * @param checkRedis resolves to the problem with a connection to Redis that uses the new ones
   */
  async reread(
    readText: ReadText,
    checkRedis: (tls: RedisTls) => Promise<string | undefined>,
  ): Promise<{ changed: CertificateName[]; problems: CertificateProblem[] }> {
    const changed: CertificateName[] = [];
    const problems: CertificateProblem[] = [];
    for (const use of uses) {
      const read = readPem(this.#settings, use, readText);
      if ("problem" in read) {
        problems.push(read.problem);
        continue;
      }
      const { pem } = read;
      const names = parts.filter((part) => pem[part] !== this.#inUse[use][part]);
      const [setting, ...others] = names.map((part) => certificateSettings[use][part]);
      if (setting === undefined) continue;
      const description = use === "redis" ? await checkRedis(redisTlsOf(pem)) : undefined;
      if (description !== undefined) {
        problems.push({ setting, description });
        continue;
      }
      changed.push(setting, ...others);
      this.#inUse[use] = pem;
    }
    for (const part of parts) this.redisTls[part]?.splice(0, 1, this.#inUse.redis[part] ?? "");
    return { changed, problems };
  }
}

const redisTlsOf = ({ cert, key, ca }: Pem): RedisTls => ({
  ...(ca !== undefined && { ca: [ca] }),
  ...(cert !== undefined && key !== undefined && { cert: [cert], key: [key] }),
});

/** The files of all uses, or the first problem. */
export function readCertificates(settings: CertificateSettings): Certificates | CertificateProblem {
  const inUse: Record<Use, Pem> = { internal: {}, redis: {} };
  for (const use of uses) {
    const read = readPem(settings, use, (path) => readFileSync(path, "utf8"));
    if ("problem" in read) return read.problem;
    inUse[use] = read.pem;
  }
  return new Certificates(settings, inUse);
}

function readPem(
  settings: CertificateSettings,
  use: Use,
  readText: ReadText,
): { pem: Pem } | { problem: CertificateProblem } {
  const pem: Pem = {};
  const names = certificateSettings[use];
  let key: KeyObject | undefined;
  for (const part of parts) {
    const setting = names[part];
    const path = settings[setting];
    if (path === undefined) continue;
    let text: string;
    try {
      text = readText(path);
    } catch (error) {
      // Without the path: it may be the key itself, given by mistake.
      const description = `${setting} names a file that cannot be read (${codeOrText(error)}).`;
      return { problem: { setting, description } };
    }
    key = part === "key" ? privateKeyIn(text) : key;
    if (part === "key" ? key === undefined : !areCertificates(text)) {
      const expected = part === "key" ? "a private key in PEM, without a passphrase" : "certificates in PEM";
      return { problem: { setting, description: `${setting} must be a file with ${expected}.` } };
    }
    pem[part] = text;
  }
  if (pem.cert !== undefined && key !== undefined && !new X509Certificate(pem.cert).checkPrivateKey(key)) {
    const description = `${names.key} does not belong to the first certificate of ${names.cert}.`;
    return { problem: { setting: names.key, description } };
  }
  try {
    createSecureContext(pem);
  } catch (error) {
    // Such as a key that is too short to be used.
    const description = `${names.cert} cannot be used (${codeOrText(error)}).`;
    return { problem: { setting: names.cert, description } };
  }
  return { pem };
}

/** Whether a text has certificates, and each of them is whole: the last one of a file that is being written may not be. */
function areCertificates(text: string): boolean {
  const begun = text.split("-----BEGIN CERTIFICATE-----").slice(1);
  try {
    for (const rest of begun) new X509Certificate(`-----BEGIN CERTIFICATE-----${rest}`);
    return begun.length > 0;
  } catch {
    return false;
  }
}

function privateKeyIn(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}
