import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";

/** Files with a self-signed certificate for this machine. */
export interface Certificate {
  certificate: string;
  key: string;
  /** Certificate and key in one file. */
  both: string;
}

export function makeCertificate(directory: string): Certificate {
  const files = {
    certificate: join(directory, "site.pem"),
    key: join(directory, "site.key"),
    both: join(directory, "both.pem"),
  };
  execFileSync(
    "openssl",
    [
      ...[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
      ],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-keyout", files.key, "-out", files.certificate],
    ],
    { stdio: "pipe" },
  );
  writeFileSync(files.both, readFileSync(files.certificate, "utf8") + readFileSync(files.key, "utf8"));
  return files;
}

/** An authority of the test's own. */
export interface Authority {
  /** The file with its certificate. */
  certificate: string;
  /** Makes the files of a certificate for this machine. Those of the same name are replaced. */
  issue: (name: string, subject?: string) => Pick<Certificate, "certificate" | "key">;
}

export function makeAuthority(directory: string, authority: string): Authority {
  const at = (name: string, kind: "pem" | "key"): string => join(directory, `${name}.${kind}`);
  const sign = (name: string, subject: string, extensions: string[], by: string[]): void =>
    void execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
        ...["-days", "2", "-subj", subject, ...by],
        ...extensions.flatMap((extension) => ["-addext", extension]),
        ...["-keyout", at(name, "key"), "-out", at(name, "pem")],
      ],
      { stdio: "pipe" },
    );
  sign(authority, `/CN=${authority}`, ["keyUsage=keyCertSign"], []);
  return {
    certificate: at(authority, "pem"),
    issue(name, subject = `/CN=${name}`) {
      const extensions = ["basicConstraints=CA:FALSE", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
      sign(name, subject, extensions, ["-CA", at(authority, "pem"), "-CAkey", at(authority, "key")]);
      return { certificate: at(name, "pem"), key: at(name, "key") };
    },
  };
}

/**
 * Lets this process connect to a server with such a certificate. `fetch` has no option for it, and it is too late for
 * the variables that Node reads at its start. Node prints one warning.
 */
export function trustAnyCertificate(): void {
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
}

/** The hash of a server's key, with which Chromium can be told to trust it: `--ignore-certificate-errors-spki-list`. */
export async function publicKeyHash(port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
  socket.destroy();
  return createHash("sha256")
    .update(key ?? "")
    .digest("base64");
}
