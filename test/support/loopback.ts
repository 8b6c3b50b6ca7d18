import { networkInterfaces } from "node:os";

/** The addresses that `localhost` can mean on this machine: not every one has IPv6. */
export const loopbackAddresses: readonly string[] = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .map(({ address }) => address)
  .filter((address) => address === "127.0.0.1" || address === "::1");

/** An address as it stands in a URL. */
export const hostOf = (address: string): string => (address.includes(":") ? `[${address}]` : address);
