import type { Health } from "onegini-otp-login/server";
import type { ServiceKit } from "../create-kit.js";

/** Whether a load balancer should send requests here. */
export interface Readiness {
  /** Marks the service as stopping. */
  stop: () => void;
  state: () => Promise<"ready" | "stopping" | Exclude<Health["store"], "ok">>;
}

export function createReadiness(kit: Pick<ServiceKit, "health">): Readiness {
  let isStopping = false;
  return {
    stop: () => void (isStopping = true),
    async state() {
      if (isStopping) return "stopping";
      const { store } = await kit.health();
      return store === "ok" ? "ready" : store;
    },
  };
}
