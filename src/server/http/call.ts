import type { AddressCheck } from "../address/address-check.js";
import type { ClientAddresses } from "../address/client-addresses.js";
import { browserIdOf } from "../store/attempt.js";
import { copyOf } from "../text/copy.js";

/** How the answer to a request goes out, where an adapter sends it. */
export interface Delivery {
  /** Whether the site's code has answered the request by itself. Then the kit's answer cannot be sent. */
  isAnswered(): boolean;
  /** Calls the listener when the answer has been sent, with the cookies that the site's libraries set on it. */
  onSent(listener: (cookies: readonly string[]) => void): void;
}

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
  readonly delivery?: Delivery;
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
  delivery?: Delivery,
): Call<Context> {
  return {
    request,
    context,
    address: resultOf(() => addressCheck.ipAddress(addresses.addressOf(request, context), "clientIp")),
    hasAddress: addresses.areKnown(context),
    beganAt,
    ...(delivery && { delivery }),
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

const maxUserAgentCharacters = 512;

/** A copy, because an attempt keeps it. `Headers` too may give a part: what is between white space. */
export function userAgentOf({ headers }: Pick<Request, "headers">): string | undefined {
  const userAgent = headers.get("user-agent")?.slice(0, maxUserAgentCharacters);
  return userAgent === undefined ? undefined : copyOf(userAgent);
}

/** The browser that calls, for an event. @param browser the hash of its cookie */
export function loggedCaller(
  call: Pick<Call<unknown>, "address" | "request">,
  browser: string,
): { browserId: string; userAgent?: string; address?: string } {
  const userAgent = userAgentOf(call.request);
  return {
    browserId: browserIdOf(browser),
    ...(userAgent !== undefined && { userAgent }),
    ...loggedAddress(call),
  };
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
