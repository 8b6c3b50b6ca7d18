import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Prints the `integrity` of each script that was written, for a page that loads it from another server. */
export const printIntegrity = (): Plugin => ({
  name: "print-integrity",
  writeBundle({ dir = "" }, bundle) {
    for (const file of Object.keys(bundle).filter((each) => each.endsWith(".js"))) {
      const hash = createHash("sha384")
        .update(readFileSync(join(dir, file)))
        .digest("base64");
      console.log(`${file} integrity="sha384-${hash}"`);
    }
  },
});
