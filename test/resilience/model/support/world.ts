import { VirtualClock } from "../../../support/virtual-clock.js";
import { Activity, Node, type CallRequest, type Sabotage } from "./node.js";
import { Monitor } from "./monitor.js";
import { nodeCount } from "./steps.js";
import type { ModelStore } from "./stores.js";
import type { ModelTokenServer } from "./token-server.js";

export interface WorldParts {
  store: ModelStore;
  tokenServer: ModelTokenServer;
  sabotage?: Sabotage | undefined;
}

/** A site: several servers with one store, before one Token Server. */
export class World {
  readonly clock = new VirtualClock();
  readonly monitor: Monitor;
  readonly tokenServer: ModelTokenServer;
  readonly activity = new Activity();
  readonly #store: ModelStore;
  readonly #nodes: Node[] = [];
  readonly #sabotage: Sabotage;
  #calls = 0;

  private constructor(parts: WorldParts) {
    this.#store = parts.store;
    this.tokenServer = parts.tokenServer;
    this.#sabotage = parts.sabotage ?? {};
    this.monitor = new Monitor(this.clock, parts.tokenServer);
  }

  static async open(parts: WorldParts): Promise<World> {
    const world = new World(parts);
    parts.tokenServer.reset();
    parts.tokenServer.now = () => world.clock.now();
    parts.tokenServer.turn = (label) => world.activity.hold(label);
    await parts.store.reset(world.clock);
    for (let node = 0; node < nodeCount; node++) world.#nodes.push(await world.#boot(node));
    return world;
  }

  /** Whether answers are not to be compared. */
  get isBlind(): boolean {
    return this.#sabotage.blind ?? false;
  }

  get slackMs(): ModelStore["slackMs"] {
    return this.#store.slackMs;
  }

  nextCall(): string {
    return `call ${++this.#calls}`;
  }

  /** The answer of a server; undefined if it died before it gave one. */
  call(index: number, request: CallRequest): Promise<Response | undefined> {
    return this.#node(index).call(request);
  }

  /** Ends a server in the middle of what it does. */
  kill(index: number): void {
    this.#node(index).die();
  }

  /** Puts a new server in the place of one that died. */
  async replace(index: number): Promise<void> {
    await this.#store.close(index);
    this.#nodes[index] = await this.#boot(index);
  }

  async pass(ms: number): Promise<void> {
    let toldAt = this.clock.now();
    /** At each timer: what is written after it must not lose the time before it. */
    const tellStore = async (): Promise<void> => {
      const passedMs = this.clock.now() - toldAt;
      toldAt = this.clock.now();
      await this.#store.passed(passedMs);
      await this.settle();
    };
    await this.clock.advance(ms / 1000, tellStore);
    await tellStore();
  }

  /** Resolves when nothing is under way but steps that wait for their turn. */
  settle(): Promise<void> {
    return this.activity.settle();
  }

  leftovers(of: Parameters<ModelStore["leftovers"]>[0]): Promise<string[]> {
    return this.#store.leftovers(of, this.clock);
  }

  #node(index: number): Node {
    const node = this.#nodes[index];
    if (!node) throw new Error(`There is no server ${index}`);
    return node;
  }

  async #boot(index: number): Promise<Node> {
    return new Node({
      index,
      store: await this.#store.open(index),
      tokenServerUrl: this.tokenServer.url,
      clock: this.clock,
      monitor: this.monitor,
      activity: this.activity,
      sabotage: this.#sabotage,
    });
  }
}
