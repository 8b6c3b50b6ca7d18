import { clientAt, type Client } from "../limits/networks.js";
import { hasSocket, socketAddress } from "./client-ip.js";

/** Where a kit has the addresses of its clients from, and what they tell. */
export interface ClientAddresses<Context> {
  /** The address of a request's client, as the source gives it; undefined if unknown. Throws what `clientIp` throws. */
  addressOf(request: Request, context: Context): string | undefined;
  /** False on a platform that gives no addresses. Otherwise a request without one counts as one of an unknown address. */
  areKnown(context: Context): boolean;
  /** The client of an attempt, by the address that began it; undefined where clients cannot be told apart. */
  clientAt(address: string | undefined): Client | undefined;
}

/** The sockets' addresses, where the site gave no `clientIp`: not every platform has sockets. */
export const socketAddresses: ClientAddresses<unknown> = {
  addressOf: socketAddress,
  areKnown: hasSocket,
  // An attempt without an address is from a platform without sockets: a connection that was reset has no address either, but
  // nobody has received its attempt.
  clientAt: (address) => (address === undefined ? undefined : clientAt(address)),
};

/** The addresses that the site's `clientIp` gives. */
export const siteAddresses = <Context>(
  clientIp: (request: Request, context: Context) => string | undefined,
): ClientAddresses<Context> => ({
  addressOf(request, context) {
    // In JavaScript a header that is missing is often `null`.
    const address: unknown = clientIp(request, context);
    if (typeof address === "string") return address;
    if (address === undefined || address === null) return undefined;
    throw new TypeError(`"clientIp" returned a ${typeof address}; expected a string or undefined`);
  },
  areKnown: () => true,
  clientAt,
});
