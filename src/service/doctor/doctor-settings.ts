import type { Settings } from "../settings/setting-list.js";
import type { Backend } from "./wording.js";

/** The settings of `serve` that doctor uses, also for a kit. The callback's address is passed separately. */
export interface DoctorSettings extends Omit<Settings, "port"> {
  backend: Backend;
  /** Where callbacks arrive. Undefined if the port of the site's server is unknown. */
  port: number | undefined;
}
