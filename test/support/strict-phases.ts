import { otp } from "../element/fixtures/otp.js";
import { started, type Script } from "./strict-site.js";

const refused = (error: string, status: number, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: { error, error_description: "" },
});

/** How a strict page gets into each phase, and each of the ways in which a phase shows. */
export const strictPhases: Record<string, { attributes?: string; script?: Script; phase: string }> = {
  idle: { attributes: "manual", phase: "idle" },
  requesting: { script: { start: "never" }, phase: "requesting" },
  pending: { phase: "pending" },
  "pending, with an app link": { attributes: 'app-link="x:{otp}"', phase: "pending" },
  "pending, without a code": { script: { start: started(otp, 1) }, phase: "pending" },
  approved: { script: { statuses: ["approved"], login: "never" }, phase: "approved" },
  completed: { script: { statuses: ["approved"] }, phase: "completed" },
  denied: { script: { statuses: ["denied"] }, phase: "denied" },
  expired: { attributes: 'renewals="0"', script: { start: started(otp, 1) }, phase: "expired" },
  "failed, can retry": { script: { start: refused("temporarily_unavailable", 503) }, phase: "failed" },
  "failed, must wait": {
    script: { start: refused("too_many_requests", 429, { "retry-after": "60" }) },
    phase: "failed",
  },
  "failed, retry cannot help": { script: { start: refused("forbidden_origin", 403) }, phase: "failed" },
};
