/** One request to the kit, with what the site's server knows about it. */
export interface Call<Context> {
  readonly request: Request;
  readonly context: Context;
  /** The client's address, as the site says; undefined where it does not know. Throws what `clientIp` throws. */
  readonly address: () => string | undefined;
  /** When it came. */
  readonly beganAt: number;
  /** The attempt that it is about, once that is known to be its browser's. */
  attempt?: string;
}

/** The address for an event: a `clientIp` that throws must not hide what the event is about. */
export function loggedAddress(call: Pick<Call<unknown>, "address">): { address?: string } {
  try {
    const address = call.address();
    return address === undefined ? {} : { address };
  } catch {
    return {};
  }
}

/** The address of the socket, where the context is the Node adapter's. */
export function socketAddress(_request: Request, context: unknown): string | undefined {
  const { req } = (context ?? {}) as { req?: { socket?: { remoteAddress?: unknown } } };
  const address = req?.socket?.remoteAddress;
  // IPv4 on a socket that listens on both: ::ffff:192.0.2.1.
  return typeof address === "string" ? address.replace(/^::ffff:(?=\d+\.)/i, "") : undefined;
}
