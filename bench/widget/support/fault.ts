import { type FaultProxy, isStream, startFaultProxy } from "../../../test/support/fault-proxy/fault-proxy.js";

/** What a proxy in front of a site does to streams. */
export const faults = ["none", "cut", "refused", "held back"] as const;
export type Fault = (typeof faults)[number];

const badGateway = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nSorry";

/** A proxy with a fault. `cut` happens when `strike` is called, the other faults are there from the start. */
export async function proxyWith(
  fault: Fault,
  siteUrl: string,
): Promise<{ proxy: FaultProxy; strike: () => void }> {
  const proxy = await startFaultProxy(() => Number(new URL(siteUrl).port));
  let strike = (): void => undefined;
  switch (fault) {
    case "none":
      break;
    case "cut":
      strike = () => proxy.cut();
      break;
    case "refused":
      proxy.interfere((request) => (isStream(request) ? { answer: badGateway } : undefined));
      break;
    case "held back":
      proxy.treat({ kind: "hold" }, { streamsOnly: true });
      break;
    default:
      fault satisfies never;
  }
  return { proxy, strike };
}
