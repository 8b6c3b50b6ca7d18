import { setTimeout as sleep } from "node:timers/promises";
import { eachOf } from "../../figures.js";
import { OpenPage, streamRequest } from "./open-page.js";
import { openPage } from "./visitor.js";

/** How a crowd reconnected after its streams were cut. */
export interface Return {
  /** From the cut to the last page's first event. */
  seconds: number;
  /** Refused requests meanwhile, by reason. */
  refused: Map<string, number>;
  /** Pages that did not reconnect in time. */
  missing: number;
}

/** Many people, each with a browser of their own and a login page open in it. */
export class Crowd {
  readonly #pages: OpenPage[] = [];
  readonly #size: number;
  readonly #addressOf: (index: number) => string | undefined;
  #origin: string;
  #open = 0;
  #refused = new Map<string, number>();
  /** Called whenever a stream opened. */
  #onOpened: () => void = () => undefined;

  /**
   * @param origin the site's
   * @param addressOf the address from which a page is started; by default the system chooses
   */
  constructor(
    size: number,
    origin: string,
    addressOf: (index: number) => string | undefined = () => undefined,
  ) {
    this.#size = size;
    this.#origin = origin;
    this.#addressOf = addressOf;
  }

  /** Each page begins an attempt through the kit and the Token Server, and opens its stream at once. */
  async startAndOpen(atATime: number, mostASecond: number): Promise<void> {
    let turnAt = 0;
    await eachOf(this.#size, atATime, async (index) => {
      // Late starts are not caught up on, because that would be a burst.
      turnAt = Math.max(turnAt + 1000 / mostASecond, performance.now());
      await sleep(turnAt - performance.now());
      const { visitor, attempt } = await openPage(this.#origin, this.#addressOf(index));
      await this.#add(index, attempt, visitor.cookies);
    });
  }

  /** Each page opens a stream of an attempt that was never begun, for a server that does not check it. */
  async openOnly(atATime: number): Promise<void> {
    await eachOf(this.#size, atATime, (index) => {
      const attempt = String(index).padStart(22, "A");
      return this.#add(index, attempt, `onegini-otp-login=${String(index).padStart(43, "x")}`);
    });
  }

  #add(index: number, attempt: string, cookie: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let failures = 0;
      const page: OpenPage = new OpenPage(index, streamRequest(this.#origin, attempt, cookie), {
        opened: () => {
          failures = 0;
          this.#open += 1;
          resolve();
          this.#onOpened();
        },
        lost: () => {
          this.#open -= 1;
          setTimeout(() => page.open(this.#origin), Math.random() * 300);
        },
        refused: (why) => {
          reject(new Error(`A stream was refused: ${why}`));
          this.#refused.set(why, (this.#refused.get(why) ?? 0) + 1);
          // Exponential backoff with jitter, as in the widget.
          failures += 1;
          setTimeout(() => page.open(this.#origin), Math.random() * Math.min(30_000, 1000 * 2 ** failures));
        },
      });
      this.#pages.push(page);
      page.open(this.#origin);
    });
  }

  /**
   * Cuts all streams, and waits until all pages have reconnected.
   *
   * @param cut closes all connections
   * @param origin the site's address afterwards
   */
  async comeBack(cut: () => void, maxSeconds: number, origin = this.#origin): Promise<Return> {
    this.#refused = new Map();
    this.#origin = origin;
    let opened = 0;
    const beganAt = performance.now();
    const allBack = new Promise<void>((resolve) => {
      this.#onOpened = () => {
        opened += 1;
        if (opened === this.#size) resolve();
      };
    });
    cut();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => (timer = setTimeout(resolve, maxSeconds * 1000)));
    await Promise.race([allBack, tooLate]);
    clearTimeout(timer);
    const seconds = (performance.now() - beganAt) / 1000;
    return { seconds, refused: this.#refused, missing: this.#size - this.#open };
  }

  leave(): void {
    for (const page of this.#pages) page.close();
  }
}
