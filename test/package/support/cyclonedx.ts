import assert from "node:assert/strict";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

export interface Bill {
  metadata: { timestamp?: string; component: { hashes?: { content: string }[] } };
  components: {
    name: string;
    version: string;
    "bom-ref": string;
    hashes?: object[];
    licenses?: object[];
    evidence?: { occurrences: { location: string }[] };
    components?: { name: string }[];
  }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/** Fails unless a text is a CycloneDX 1.6 document, without members that the schema does not have. */
export async function assertFitsSchema(text: string): Promise<void> {
  const errors: unknown = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
  assert.equal(errors, null, JSON.stringify(errors));
}
