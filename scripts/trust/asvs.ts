/**
 * The answers to the requirements of OWASP ASVS 5.0.0, levels 1 and 2, for docs/trust/asvs.md. Each claim of scripts/claims names
 * those that it helps to meet. What no claim covers is answered here. The wording of the requirements is ours.
 */
import { authenticationAndSessions } from "./asvs-6-10.js";
import { cryptographyToLogging } from "./asvs-11-17.js";
import { encodingToFiles } from "./asvs-1-5.js";
import type { Apart, Requirement } from "./requirement.js";

export const requirements = {
  ...encodingToFiles.apply,
  ...authenticationAndSessions.apply,
  ...cryptographyToLogging.apply,
} as const satisfies Record<string, Requirement>;

export const apart: readonly Apart[] = [
  ...encodingToFiles.doNotApply,
  ...authenticationAndSessions.doNotApply,
  ...cryptographyToLogging.doNotApply,
];

export type RequirementId = keyof typeof requirements;
