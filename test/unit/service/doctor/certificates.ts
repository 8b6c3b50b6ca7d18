import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A key and its certificate, with those of the chain that the server sends. */
export interface Identity {
  key: string;
  cert: string;
}

interface Certificates {
  /** The authority that a test trusts. */
  authority: string;
  /** For 127.0.0.1 and localhost, from that authority. */
  good: Identity;
  selfSigned: Identity;
  expired: Identity;
  early: Identity;
  /** For another name. */
  otherName: Identity;
  /** From an intermediate authority, whose certificate is not sent. */
  withoutIntermediate: Identity;
}

const here = "subjectAltName=DNS:localhost,IP:127.0.0.1";
const year = (add: number): string => `${new Date().getUTCFullYear() + add}0101000000Z`;

/** Makes them with OpenSSL, in a folder. */
export function makeCertificates(folder: string): Certificates {
  const at = (file: string): string => join(folder, file);
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  writeFileSync(at("ca.cnf"), configuration);

  const newKey = (name: string): void =>
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", `${name}.key`);
  const selfSign = (name: string, extension: string): void => {
    newKey(name);
    openssl(
      ...["req", "-x509", "-new", "-key", `${name}.key`, "-subj", `/CN=${name}`, "-days", "2"],
      ...["-addext", extension, "-out", `${name}.pem`],
    );
  };
  const sign = (name: string, extension: string, by: string, [from, to]: readonly [number, number]): void => {
    newKey(name);
    openssl("req", "-new", "-key", `${name}.key`, "-subj", `/CN=${name}`, "-out", `${name}.csr`);
    writeFileSync(at(`${name}.ext`), extension);
    writeFileSync(at("index.txt"), "");
    openssl(
      ...["ca", "-batch", "-notext", "-config", "ca.cnf", "-outdir", "."],
      ...["-cert", `${by}.pem`, "-keyfile", `${by}.key`, "-in", `${name}.csr`, "-extfile", `${name}.ext`],
      ...["-startdate", year(from), "-enddate", year(to), "-out", `${name}.pem`],
    );
  };
  const read = (name: string): Identity => ({
    key: readFileSync(at(`${name}.key`), "utf8"),
    cert: readFileSync(at(`${name}.pem`), "utf8"),
  });

  const now = [-1, 2] as const;
  selfSign("authority", "keyUsage=keyCertSign");
  sign("good", here, "authority", now);
  sign("expired", here, "authority", [-3, -1]);
  sign("early", here, "authority", [1, 2]);
  sign("other", "subjectAltName=DNS:ts.example.com", "authority", now);
  sign("intermediate", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign", "authority", now);
  sign("leaf", here, "intermediate", now);
  selfSign("alone", here);
  return {
    authority: read("authority").cert,
    good: read("good"),
    selfSigned: read("alone"),
    expired: read("expired"),
    early: read("early"),
    otherName: read("other"),
    withoutIntermediate: read("leaf"),
  };
}

const configuration = `[ca]
default_ca = here
[here]
database = index.txt
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
`;
