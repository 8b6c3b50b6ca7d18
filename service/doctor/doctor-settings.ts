import type { Settings } from "../settings/setting-list.js";
import type { Backend } from "./wording.js";

/** The settings of `serve` that doctor uses, also for a kit. The callback's address stands beside them. */
export interface DoctorSettings extends Pick<
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
  | "result-polling"
  | "callback-username"
  | "callback-password"
> {
  backend: Backend;
  /** Where callbacks arrive. Undefined where only the site knows the port of its server. */
  port: number | undefined;
}
