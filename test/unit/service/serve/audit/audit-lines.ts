import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { temporaryFolder } from "../../../../support/temporary-folder.js";

const schema = JSON.parse(
  readFileSync(new URL("../../../../../docs/serve/audit.schema.json", import.meta.url), "utf8"),
) as object;

const ajv = new Ajv2020({ strictTypes: false, strictRequired: false });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
// This version writes nothing that its schema does not name.
const validate = ajv.compile({ ...schema, unevaluatedProperties: false });

export type Line = Record<string, unknown> & { event: string; process: string; seq: number };

/** Parses lines of the audit, each of which must fit the schema. */
export const parseAudit = (text: string): Line[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const parsed = JSON.parse(line) as Line;
      assert.ok(validate(parsed), `${JSON.stringify(validate.errors)}: ${line}`);
      return parsed;
    });

/** The file of an audit in a folder of the test. */
export function auditFile(t: Pick<TestContext, "after">) {
  const path = join(temporaryFolder(t), "audit.log");
  const text = (): string => readFileSync(path, "utf8");
  return { path, text, lines: () => parseAudit(text()) };
}
