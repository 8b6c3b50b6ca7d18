import { nodeTransport } from "onegini-otp-login/node";
import type { Transport } from "../../../../src/server/token-server/transport.js";
import { until } from "../../../support/until.js";
import type { VirtualClock } from "../../../support/virtual-clock.js";

/** A transport, and functions that wait until its calls are answered: an answer may lead to one more call. */
export function countedCalls(clock: VirtualClock) {
  let calls = 0;
  const transport: Transport = (call) => {
    calls += 1;
    return nodeTransport(call).finally(() => (calls -= 1));
  };
  const answered = async (): Promise<void> => {
    do {
      await until(() => calls === 0, "the answers of the Token Server");
      await clock.settle();
    } while (calls > 0);
  };
  /** Moves time on a second at a time, and lets the Token Server answer. */
  const pass = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed++) {
      await clock.advance(Math.min(1, seconds - passed));
      await answered();
    }
  };
  return { transport, answered, pass };
}
