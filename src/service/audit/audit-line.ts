import type { LoginKitEvent } from "onegini-otp-login/server";

/** The version of the format: `docs/serve/audit.schema.json`. It changes where a reader of today would misread a line. */
export const auditVersion = 1;

/** How an event of the kit is in the audit. A refusal is one that a client can cause again and again for an accepted login. */
export type AuditKind = "none" | "step" | "refusal";

/** Those in the audit are from a person's answer on. */
export const auditKinds = {
  attempt_approved: "step",
  attempt_denied: "step",
  attempt_expired: "step",
  attempt_failed: "none",
  attempt_started: "none",
  callback_missing: "none",
  callback_received: "none",
  code_renewed: "none",
  code_scanned: "none",
  host_differs: "none",
  internal_error: "none",
  invalid_client_address: "none",
  known_browsers_lost: "none",
  limited: "refusal",
  logged_in: "none",
  login_paused: "step",
  login_resumed: "step",
  no_client_address: "none",
  no_session_cookie: "none",
  number_asked: "step",
  numbers_sprayed: "step",
  page_refused: "none",
  pairing_error: "none",
  pairing_failed: "step",
  pairing_unavailable: "refusal",
  proxy_unused: "none",
  request_refused: "none",
  sign_in_failed: "none",
  store_recovered: "none",
  store_trouble: "none",
  store_unreadable: "none",
  ticket_issued: "step",
  ticket_redeemed: "step",
  ticket_refused: "refusal",
  token_server_down: "none",
  token_server_recovered: "none",
  token_server_trouble: "none",
  transaction_failed: "none",
  unnumbered_allowed: "none",
  unnumbered_login: "step",
  wrong_number: "step",
} as const satisfies Record<LoginKitEvent["type"], AuditKind>;

type Kinds = typeof auditKinds;

/** The kit's events that are in the audit. */
export type AuditedType = { [Type in keyof Kinds]: Kinds[Type] extends "none" ? never : Type }[keyof Kinds];

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
