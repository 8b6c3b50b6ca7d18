import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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

/**
 * Lets this process connect to a server with such a certificate. `fetch` has no option for it, and it is too late for
 * the variables that Node reads at its start. Node prints one warning.
 */
export function trustAnyCertificate(): void {
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
}
