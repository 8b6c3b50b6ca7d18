/** Simulated time in a page. It is the global `simulation` there. */
export interface Simulation {
  /**
   * Runs simulated time as fast as the machine can.
   * @param grainMs timers fire at multiples of this, as on a machine that saves power. 0: each at its instant
   */
  run: (ms: number, grainMs: number) => Promise<void>;
  /** The number of timers. */
  timers: () => number;
  /** The number of requests without a complete answer, including streams. */
  requests: () => number;
  /** The number of requests so far, by kind. */
  made: Record<string, number>;
}

/**
 * Replaces the page's `Date`, timers and `fetch` by simulated ones, before any other script runs. Time stands still
 * except in `run`, and it also stands still there while an answer is awaited that needs no simulated time. Each request
 * tells the server the time. If something is due at the server, `/time` tells it too.
 */
export function simulate(): void {
  interface Timer {
    at: number;
    everyMs: number | undefined;
    task: () => void;
  }
  const begin = Date.UTC(2026, 0, 5, 9);
  const timers = new Map<number, Timer>();
  const real = { fetch: globalThis.fetch.bind(globalThis), Date: globalThis.Date };
  let now = begin;
  let lastId = 0;
  let open = 0;
  /** How many answers are awaited that need no simulated time. */
  let awaited = 0;
  /** When something is due at the server, as far as the page knows. */
  let dueThere = begin;

  class SimulatedDate extends real.Date {
    constructor(value: number | string = now) {
      super(value);
    }
    static override now = (): number => now;
  }
  const set = (task: () => void, ms = 0, everyMs?: number): number => {
    timers.set(++lastId, { at: now + Math.max(0, ms), everyMs, task });
    return lastId;
  };
  const clear = (id?: number): void => void timers.delete(id ?? 0);
  Object.assign(globalThis, {
    Date: SimulatedDate,
    setTimeout: (task: () => void, ms?: number) => set(task, ms),
    setInterval: (task: () => void, ms = 0) => set(task, ms, Math.max(1, ms)),
    clearTimeout: clear,
    clearInterval: clear,
  });

  const counted = async <T>(promise: Promise<T>): Promise<T> => {
    awaited++;
    try {
      return await promise;
    } finally {
      awaited--;
    }
  };
  const made: Record<string, number> = {};
  globalThis.fetch = async (input, init = {}) => {
    const headers: Record<string, string> = {
      ...(init.headers as Record<string, string>),
      "Simulated-Now": String(now),
    };
    const isStream = headers["Accept"] === "text/event-stream";
    const isHeld = "Prefer" in headers;
    const kind = isStream ? "stream" : isHeld ? "held poll" : init.method === "POST" ? "POST" : "poll";
    made[kind] = (made[kind] ?? 0) + 1;
    open++;
    dueThere = now;
    try {
      const answer = real.fetch(input, { ...init, headers });
      const response = await (isHeld ? answer : counted(answer));
      if (!isStream || !response.body) return response;
      // A stream is open until it ends or is aborted.
      open++;
      const [body, watched] = response.body.tee();
      void (async () => {
        const reader = watched.getReader();
        try {
          while (!(await reader.read()).done);
        } catch {
          // It was aborted, which ends it too.
        } finally {
          open--;
        }
      })();
      return new Response(body, response);
    } finally {
      open--;
      dueThere = now;
    }
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on responses only
  const { text } = Response.prototype;
  Response.prototype.text = function (this: Response) {
    return counted(text.call(this));
  };
  const locks = navigator.locks;
  const request = locks.request.bind(locks) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(locks, { request: (...args: unknown[]) => counted(request(...args)) });

  const { port1, port2 } = new MessageChannel();
  let turned: (() => void) | undefined;
  port1.onmessage = () => turned?.();
  /** Waits until everything has happened that needs no simulated time. */
  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      turned = resolve;
      port2.postMessage(0);
    });
  const settle = async (): Promise<void> => {
    do await turn();
    while (awaited > 0);
  };

  /** Tells the server the time until page and server count the same open requests. Then no bytes are on their way. */
  const syncServer = async (): Promise<void> => {
    for (;;) {
      try {
        const response = await real.fetch("/time", { method: "POST", body: String(now), cache: "no-store" });
        const there = JSON.parse(await text.call(response)) as { due: number | null; underWay: number };
        dueThere = there.due ?? Infinity;
        await settle();
        if (there.underWay === open) return;
      } catch {
        // Offline.
        dueThere = Infinity;
        return;
      }
    }
  };
  const run = async (ms: number, grainMs: number): Promise<void> => {
    const end = now + ms;
    const onGrain = (at: number) => (grainMs ? Math.ceil(at / grainMs) * grainMs : at);
    for (;;) {
      await settle();
      let id: number | undefined;
      let timer: Timer | undefined;
      for (const [key, each] of timers) if (!timer || each.at < timer.at) [id, timer] = [key, each];
      const next = Math.min(timer ? onGrain(timer.at) : Infinity, end);
      if (dueThere <= next) {
        now = Math.max(now, dueThere);
        await syncServer();
        continue;
      }
      now = Math.max(now, next);
      if (id === undefined || !timer || onGrain(timer.at) > end) break;
      if (timer.everyMs === undefined) timers.delete(id);
      else timer.at = now + timer.everyMs;
      timer.task();
    }
    await syncServer();
    await settle();
  };
  const simulation: Simulation = { run, timers: () => timers.size, requests: () => open, made };
  Object.assign(globalThis, { simulation });
}
