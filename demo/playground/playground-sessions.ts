import { usualNetwork, type Network } from "./playground-choices.js";

/** One browser's playground: how its network is now, and the newest code that went through it. */
export class Room {
  #network = usualNetwork;
  readonly #listeners = new Set<() => void>();
  /** What the built-in phone scans. */
  otp: string | undefined;

  get network(): Network {
    return this.#network;
  }

  set network(network: Network) {
    this.#network = network;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Hears of every change. The return value ends it. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves at the next change, or when the call that waits is given up. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stop();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const stop = this.watch(done);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }
}

/** More browsers than a demo has: beyond that the oldest room is forgotten. */
const maxRooms = 1_000;

/** The rooms by their browser's cookie. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();

  find(key: string | undefined): Room | undefined {
    return key === undefined ? undefined : this.#rooms.get(key);
  }

  open(key: string): Room {
    const room = new Room();
    this.#rooms.set(key, room);
    const [oldest] = this.#rooms.keys();
    if (this.#rooms.size > maxRooms && oldest !== undefined) this.#rooms.delete(oldest);
    return room;
  }
}
