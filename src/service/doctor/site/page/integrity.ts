import { createHash } from "node:crypto";

const algorithms = ["sha512", "sha384", "sha256"] as const;

/** Whether a file matches an `integrity` as in browsers: the strongest algorithm counts, and a value without one matches. */
export function fitsIntegrity(file: Buffer, integrity: string): boolean {
  const values = integrity.split(/\s+/).flatMap((each) => {
    const [, algorithm, hash] = /^(sha256|sha384|sha512)-([\w+/-]+={0,2})(?:\?|$)/i.exec(each) ?? [];
    return algorithm === undefined || hash === undefined
      ? []
      : [{ algorithm: algorithm.toLowerCase(), hash }];
  });
  const strongest = algorithms.find((each) => values.some(({ algorithm }) => algorithm === each));
  if (strongest === undefined) return true;
  const own = createHash(strongest).update(file).digest("base64");
  return values.some(
    ({ algorithm, hash }) =>
      algorithm === strongest && hash.replaceAll("-", "+").replaceAll("_", "/") === own,
  );
}
