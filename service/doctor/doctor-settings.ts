import type { Settings } from "../settings/setting-list.js";

/** The settings of `serve` that doctor uses. The callback's address stands beside them. */
export type DoctorSettings = Pick<
  Settings,
  | "token-server-url"
  | "client-id"
  | "client-secret"
  | "client-authentication"
  | "type"
  | "message"
  | "max-message-length"
  | "path"
  | "host"
  | "port"
  | "result-polling"
  | "callback-username"
  | "callback-password"
>;
