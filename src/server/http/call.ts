import type { AddressCheck } from "../address/address-check.js";
import type { ClientAddresses } from "../address/client-addresses.js";

/** One request to the kit, with what the kit knows about it. */
export interface Call<Context> {
  readonly request: Request;
  readonly context: Context;
  /** The client's IP address by the site's `clientIp`; undefined if unknown. Throws what `clientIp` throws. */
  readonly address: () => string | undefined;
  /** False if addresses are never known here: the site gave no `clientIp`, and the platform gives no socket. */
  readonly hasAddress: boolean;
  /** When the request came, in milliseconds since the epoch. */
  readonly beganAt: number;
  /** Whether the site's code has answered the request by itself; undefined where the adapter cannot tell. */
  readonly isAnswered?: () => boolean;
  /** The attempt's id, once it is known that this browser began it. */
  attempt?: string;
  /** Whether it is a callback, by its address and method. */
  isCallback?: true;
}

/** Reads the address at once: it is unknown when the connection is gone. */
export function callOf<Context>(
  request: Request,
  context: Context,
  addresses: ClientAddresses<Context>,
  addressCheck: AddressCheck,
  beganAt: number,
  isAnswered?: () => boolean,
): Call<Context> {
  return {
    request,
    context,
    address: resultOf(() => addressCheck.ipAddress(addresses.addressOf(request, context), "clientIp")),
    hasAddress: addresses.areKnown(context),
    beganAt,
    ...(isAnswered && { isAnswered }),
  };
}

/** Calls a function now. The result returns what it returned, or throws what it threw. */
function resultOf<T>(get: () => T): () => T {
  try {
    const value = get();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** The client's address for an event; none if `clientIp` throws, so that the event is still reported. */
export function loggedAddress(call: Pick<Call<unknown>, "address">): { address?: string } {
  try {
    const address = call.address();
    return address === undefined ? {} : { address };
  } catch {
    return {};
  }
}
