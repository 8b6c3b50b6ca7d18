import type { LoginKitEvent } from "onegini-otp-login/server";

/** The version of the format: `docs/serve/audit.schema.json`. It changes where a reader of today would misread a line. */
export const auditVersion = 1;

/** The kit's events that are in the audit: from a person's answer on. */
export type AuditedType =
  | "attempt_approved"
  | "attempt_denied"
  | "attempt_expired"
  | "limited"
  | "login_paused"
  | "login_resumed"
  | "number_asked"
  | "numbers_sprayed"
  | "pairing_failed"
  | "pairing_unavailable"
  | "ticket_issued"
  | "ticket_redeemed"
  | "ticket_refused"
  | "unnumbered_login"
  | "wrong_number";

/** An event of the kit, with its own members. */
type LoginRecord = {
  [Type in AuditedType]: { event: Type } & Omit<Extract<LoginKitEvent, { type: Type }>, "type" | "level">;
}[AuditedType];

/** A call of the internal port that changes what all logins do, also one that was refused. */
export interface OperatorCall {
  event: "operator_call";
  method: string;
  path: string;
  /** The subject of the client certificate, else the address of the connection. */
  peer: string;
  /** `X-Operator`. It is what the caller says, as are `by` and `reason`. */
  operator?: string;
  by?: string;
  reason?: string;
  /** Of a pause, in ISO 8601. */
  until?: string;
  /** Whose browsers are forgotten. */
  userId?: string;
  all?: true;
  /** The answer's. From 400 on nothing was done, or with 503 nothing is certain. */
  status: number;
  /** Why it was refused. */
  description?: string;
}

/** What the service itself writes. */
type ServiceRecord =
  /** `settings`, `secrets`: fingerprints, which differ where the settings or secrets do. */
  | {
      event: "service_started";
      version: string;
      node: string;
      origin: string;
      settings: string;
      secrets?: string;
    }
  /** `complete`: each request was answered. */
  | { event: "service_stopped"; settings: string; complete: boolean }
  /** The store held no record of what was forgotten, so no browser is known. By a call it is an `operator_call`. */
  | { event: "browsers_forgotten"; cause: "store"; all: true };

/** What a line says. */
export type AuditRecord = (LoginRecord | OperatorCall | ServiceRecord) & {
  /** Of calls that are refused, at most so many are written a minute. More may follow that are not written. */
  othersOmitted?: true;
};
