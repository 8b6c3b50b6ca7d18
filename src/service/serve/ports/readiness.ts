import type { Health } from "onegini-otp-login/server";
import type { Audit } from "../audit/audit.js";
import type { ServiceKit } from "../create-kit.js";

/** Whether a load balancer should send requests here. */
export interface Readiness {
  /** Marks the service as stopping. */
  stop: () => void;
  state: () => Promise<"ready" | "stopping" | "audit_not_written" | Exclude<Health["store"], "ok">>;
}

/** @param audit is ready while it is written, where it has to be */
export function createReadiness(kit: Pick<ServiceKit, "health">, audit?: Pick<Audit, "isReady">): Readiness {
  let isStopping = false;
  return {
    stop: () => void (isStopping = true),
    async state() {
      if (isStopping) return "stopping";
      if (audit?.isReady === false) return "audit_not_written";
      const { store } = await kit.health();
      return store === "ok" ? "ready" : store;
    },
  };
}
