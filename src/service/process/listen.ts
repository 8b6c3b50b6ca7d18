import type { AddressInfo, Server } from "node:net";

/** Resolves to the address once a server listens. Rejects with the system's error, which has a `code`, if it cannot. */
export function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** The URL of an address. */
export const urlOf = (
  { address, port }: Pick<AddressInfo, "address" | "port">,
  scheme: "http" | "https" = "http",
): string => `${scheme}://${address.includes(":") ? `[${address}]` : address}:${port}`;
