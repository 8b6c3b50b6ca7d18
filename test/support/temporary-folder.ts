import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder until the test ends. */
export function temporaryFolder(t: { after: (end: () => void) => void }): string {
  const folder = mkdtempSync(join(tmpdir(), "onegini-otp-login-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
