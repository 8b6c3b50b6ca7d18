import { nodeTransport } from "onegini-otp-login/node";
import type { Transport } from "../../../../src/server/token-server/transport.js";
import { until } from "../../../support/until.js";
import type { VirtualClock } from "../../../support/virtual-clock.js";

/** A transport, and a function that waits until its calls are answered: an answer may lead to one more call. */
export function countedCalls(clock: VirtualClock): { transport: Transport; answered: () => Promise<void> } {
  let calls = 0;
  return {
    transport(call) {
      calls += 1;
      return nodeTransport(call).finally(() => (calls -= 1));
    },
    async answered() {
      do {
        await until(() => calls === 0, "the answers of the Token Server");
        await clock.settle();
      } while (calls > 0);
    },
  };
}
