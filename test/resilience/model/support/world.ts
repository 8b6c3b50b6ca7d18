import { VirtualClock } from "../../../support/virtual-clock.js";
import { Activity, Node, type CallRequest, type RedeemRequest, type Sabotage } from "./node.js";
import type { Pairing } from "./attempt-state.js";
import { Monitor } from "./monitor.js";
import { nodeCount, type Site } from "./steps.js";
import type { ModelStore } from "./stores.js";
import type { ModelTokenServer } from "./token-server.js";

interface WorldParts {
  store: ModelStore;
  tokenServer: ModelTokenServer;
  site: Site;
  sabotage?: Sabotage | undefined;
}

/** A site: several servers with one store and one Token Server. */
export class World {
  readonly clock = new VirtualClock();
  readonly monitor: Monitor;
  readonly tokenServer: ModelTokenServer;
  readonly activity = new Activity();
  readonly site: Site;
  readonly #store: ModelStore;
  readonly #nodes: Node[] = [];
  readonly #sabotage: Sabotage;
  #calls = 0;

  private constructor(parts: WorldParts) {
    this.#store = parts.store;
    this.tokenServer = parts.tokenServer;
    this.site = parts.site;
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

  /** True if the answers are not compared with the model's. */
  get isBlind(): boolean {
    return this.#sabotage.blind ?? false;
  }

  get slackMs(): ModelStore["slackMs"] {
    return this.#store.slackMs;
  }

  /** When a server asks for the number. */
  pairing(node: number): Pairing {
    return this.site.isRolling && node === 0 ? "off" : this.site.pairing;
  }

  nextCall(): string {
    return `call ${++this.#calls}`;
  }

  /** Calls a server. Undefined if it died before it answered. */
  call(index: number, request: CallRequest): Promise<Response | undefined> {
    return this.#node(index).call(request);
  }

  /** The site redeems a ticket on a server. Undefined if it died before it had the result. */
  redeem(index: number, request: RedeemRequest): ReturnType<Node["redeem"]> {
    return this.#node(index).redeem(request);
  }

  /** Ends a server in the middle of its work. */
  kill(index: number): void {
    this.#node(index).die();
  }

  /** Replaces a server that died. */
  async replace(index: number): Promise<void> {
    await this.#store.close(index);
    this.#nodes[index] = await this.#boot(index);
  }

  async pass(ms: number): Promise<void> {
    let toldAt = this.clock.now();
    /** Called at each timer, so that a key that is written later is shortened only by the time after its write. */
    const tellStore = async (): Promise<void> => {
      const passedMs = this.clock.now() - toldAt;
      toldAt = this.clock.now();
      await this.#store.passed(passedMs);
      await this.settle();
    };
    await this.clock.advance(ms / 1000, tellStore);
    await tellStore();
  }

  /** Resolves when all steps in progress wait for their turn. */
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
      handsOver: this.site.handsOver,
      pairing: this.pairing(index),
      sabotage: this.#sabotage,
    });
  }
}
