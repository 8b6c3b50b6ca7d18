import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { globalAgent } from "node:https";
import { connect, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { usedProxy } from "../../../../node/env-proxy.js";
import { mayReach, spaceOf, spaces, type AddressSpace } from "./address-space.js";

/** What a page may reach, and how long that may take. */
export interface ReachOptions {
  /** The page's, then the login API's. The page's address decides what else it may reach. */
  origins: readonly string[];
  /** For looking up a name, and for a connection. */
  timeoutMs: number;
  /** Looks up a name's addresses. Default: as the system does. */
  resolve?: (host: string) => Promise<readonly string[]>;
}

/** As long as doctor watches a page. */
export const idleMs = 60_000;

export interface Target {
  url: URL;
  /** Without brackets. */
  host: string;
  port: number;
  key: string;
}

/** URL writes every form of an IPv4 address as four decimal numbers. */
export function targetOf(text: string, protocol?: "http:" | "https:"): Target | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.username === "" && url.password === "" && url.host !== "";
  if (!isPlain || (protocol !== undefined && url.protocol !== protocol)) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return { url, host, port, key: `${url.hostname}:${port}` };
}

/** The page may not reach it. */
export class Refusal extends Error {}

/** A connection to the target or, if there is a proxy, to that. */
export interface Way {
  socket: Socket;
  proxy: URL | undefined;
}

type LookUp = Required<Pick<ReachOptions, "timeoutMs" | "resolve">>;

/** What the page may reach, and the way there. */
export class Reach {
  readonly #options: LookUp;
  #page: AddressSpace = "public";
  /** The addresses of the given origins, by host and port. They are looked up once. */
  readonly #given = new Map<string, readonly string[]>();

  private constructor(options: LookUp) {
    this.#options = options;
  }

  static async of({ origins, timeoutMs, resolve = lookUp }: ReachOptions): Promise<Reach> {
    const reach = new Reach({ timeoutMs, resolve });
    const targets = origins.map((origin) => targetOf(origin)).filter((target) => target !== undefined);
    for (const [index, target] of targets.entries()) {
      const { space, addresses } = await reach.#settle(target);
      if (index === 0) reach.#page = space;
      if (addresses.length > 0) reach.#given.set(target.key, addresses);
    }
    return reach;
  }

  /** Rejects with a `Refusal`, or with the system's error. The connection ends with its client's. */
  async connect(target: Target, proxy: URL | undefined, client: Duplex): Promise<Way> {
    const addresses = await this.#allowed(target, proxy !== undefined);
    if (client.destroyed) throw new Error("the browser closed the connection");
    const socket = await (proxy
      ? dialProxy(proxy, this.#wait(client))
      : dial(target, addresses, this.#wait(client)));
    return { socket, proxy };
  }

  /** A proxy looks up the name itself, so it gets no name with an address that the page may not reach. */
  async #allowed(target: Target, isByProxy: boolean): Promise<readonly string[]> {
    const given = this.#given.get(target.key);
    if (given) return given;
    const addresses = await this.#addressesOf(target.host).catch((error: unknown) => {
      if (isByProxy) return undefined;
      throw error;
    });
    if (addresses === undefined) return [];
    const allowed = addresses.filter((address) => mayReach(this.#page, spaceOf(address)));
    if (allowed.length === 0 || (isByProxy && allowed.length < addresses.length)) throw new Refusal();
    return allowed;
  }

  /** A name may have addresses of several spaces: the first that answers decides, the most public one first. */
  async #settle(target: Target): Promise<{ space: AddressSpace; addresses: readonly string[] }> {
    const all = await this.#addressesOf(target.host).catch(() => []);
    const groups = spaces
      .map((space) => ({ space, addresses: all.filter((address) => spaceOf(address) === space) }))
      .filter(({ addresses }) => addresses.length > 0);
    if (groups.length > 1 && usedProxy(target.url.href) === undefined)
      for (const group of groups) {
        const socket = await dial(target, group.addresses, this.#wait()).catch(() => undefined);
        socket?.destroy();
        if (socket) return group;
      }
    return groups[0] ?? { space: "public", addresses: [] };
  }

  async #addressesOf(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    if (/(?:^|\.)localhost\.?$/.test(host)) return ["127.0.0.1", "::1"];
    return inTime(this.#options.resolve(host), this.#options.timeoutMs);
  }

  #wait(client?: Duplex): Wait {
    return { timeoutMs: this.#options.timeoutMs, client };
  }
}

/** `client`: the connection that is waiting. If it ends, nothing is connected any more. */
interface Wait {
  timeoutMs: number;
  client: Duplex | undefined;
}

const lookUp = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** How long each address but the last may take. Node's 250 ms are over on a busy machine or a far site. */
const addressMs = 2_500;

/** Connects to one of these addresses, and looks up nothing. */
function dial({ host, port }: Target, addresses: readonly string[], wait: Wait): Promise<Socket> {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  const socket = connect({
    host,
    port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.min(addressMs, wait.timeoutMs / addresses.length),
    lookup: (_name, _options, done) => done(null, found),
    allowHalfOpen: true,
    noDelay: true,
  });
  return connected(socket, "connect", wait);
}

function dialProxy({ protocol, hostname, port }: URL, wait: Wait): Promise<Socket> {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (protocol === "http:") return connected(connect({ host, port: Number(port) || 80 }), "connect", wait);
  const { ca } = globalAgent.options;
  const servername = isIP(host) === 0 ? host : undefined;
  const socket = connectTls({ host, port: Number(port) || 443, ca, ...(servername && { servername }) });
  return connected(socket, "secureConnect", wait);
}

/** Its errors after that are left to who uses it. */
async function connected(
  socket: Socket,
  event: "connect" | "secureConnect",
  { timeoutMs, client }: Wait,
): Promise<Socket> {
  const end = (): unknown => socket.destroy();
  client?.once("close", end);
  socket.once("close", () => client?.off("close", end));
  socket.on("error", end);
  socket.setTimeout(idleMs, end);
  try {
    await inTime(Promise.race([once(socket, event), closed(socket)]), timeoutMs);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function closed(socket: Socket): Promise<never> {
  await once(socket, "close");
  throw new Error("the connection was closed");
}

/** Rejects with `ETIMEDOUT` after this time. */
export async function inTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("too late"), { code: "ETIMEDOUT" })), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
