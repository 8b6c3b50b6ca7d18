import { setTimeout as sleep } from "node:timers/promises";
import { ourBar, theirBar, writeChart } from "../chart.js";
import { conclude, median, type Bound } from "../figures.js";
import { start } from "./support/child.js";
import { Crowd } from "./support/crowd.js";
import { startMeasured, startMeasuredDemo, type MeasuredServer } from "./support/measured-server.js";

/**
 * What two thousand open streams keep in a process, after a garbage collection, in three servers: bare `node:http`, a site
 * with the kit mounted as docs/kit.md says, and the demo, whose process also has the bank, the emulator and a compiler.
 *
 * The comparison is fair in these ways:
 *
 * - Every server first had as many streams, and they are closed again. So its code is compiled and its heap has grown
 *   before it is measured. Only what the further streams add is counted.
 * - All get the same requests for streams, with the headers of a browser. All answer with an event of the same length and
 *   have the same keep-alives.
 * - The figure of kit and demo includes the attempt of each stream, and in the demo also its transaction in the emulator.
 *   A bare server has none of them. What is still there when the streams are closed is printed too: it is the attempts'.
 * - The bound is for the JavaScript heap and its buffers after a collection. Everything else depends on when the engine
 *   last collected garbage and when the system got freed pages back. So resident memory is counted from the server's
 *   start: it includes compiled code, and room that the heap keeps for later.
 */
const streams = 2000;
const atATime = 32;
/** Below half of `tokenServerCalls`: above it one address gets only a share of the starts. */
const startsASecond = 400;
/** Below the starts that one address has in a minute. */
const pagesPerAddress = 200;
const rounds = 3;
/** Until idle connections are closed and nothing happens any more, and before the first keep-alive. */
const quietSeconds = 5;
const bound = (value: number): Bound[] => [{ of: "ratio", relation: "≤", value }];

/** The figures of one round, in kB per stream. */
interface Round {
  uncollectedHeap: number;
  collectedHeap: number;
  /** What is left when the streams are closed. */
  attemptsHeap: number;
  uncollectedResident: number;
  collectedResident: number;
}

/** @param beganByPages true: each attempt is begun by a real start. False: the server only gets streams */
async function measure(server: MeasuredServer, beganByPages: boolean): Promise<Round[]> {
  const open = async (round: number): Promise<Crowd> => {
    const addressOf = (index: number): string =>
      `127.0.${10 + round}.${1 + Math.floor(index / pagesPerAddress)}`;
    const crowd = new Crowd(streams, server.url, addressOf);
    await (beganByPages ? crowd.startAndOpen(atATime, startsASecond) : crowd.openOnly(atATime));
    await sleep(quietSeconds * 1000);
    return crowd;
  };
  const close = async (crowd: Crowd) => {
    crowd.leave();
    await sleep(quietSeconds * 1000);
    return server.collectedMemory();
  };
  const started = await server.collectedMemory();
  let empty = await close(await open(0));
  const measured: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    const crowd = await open(round);
    const uncollected = await server.memory();
    const collected = await server.collectedMemory();
    const closed = await close(crowd);
    measured.push({
      uncollectedHeap: perStream(uncollected.heap - empty.heap),
      collectedHeap: perStream(collected.heap - empty.heap),
      attemptsHeap: perStream(closed.heap - empty.heap),
      uncollectedResident: perStream(uncollected.resident - started.resident),
      collectedResident: perStream(collected.resident - started.resident),
    });
    empty = closed;
  }
  server.kill();
  return measured;
}

const perStream = (bytes: number): number => bytes / streams / 1000;

const bare = await measure(await startMeasured("bare-server"), false);
const tokenServer = await start("quick-token-server");
const kit = await measure(await startMeasured("kit-server", [tokenServer.url]), true);
tokenServer.kill();
const demo = await measure(await startMeasuredDemo(), true);

console.log(`${streams} open streams: what each adds, with its attempt (bare node:http: only streams)`);
concludeServer("the kit", kit, bound(1.25));
concludeServer("the demo", demo, bound(1.5));
const collected = (rounds: readonly Round[]): number[] => rounds.map(({ collectedHeap }) => collectedHeap);
writeChart("stream-memory", "kB", {
  bars: [
    theirBar("bare node:http", collected(bare)),
    ourBar("a site with the kit", collected(kit)),
    ourBar("the demo", collected(demo)),
  ],
});
process.exit();

function concludeServer(name: string, measured: Round[], bounds: Bound[]): void {
  const figure = (what: string, key: keyof Round, bounded: Bound[] = []): void =>
    conclude({
      what: `${name}: ${what}`,
      unit: " kB",
      values: measured.map((round) => round[key]),
      bare: bare.map((round) => round[key]),
      bounds: bounded,
    });
  figure("heap after a collection", "collectedHeap", bounds);
  const attempt = median(measured.map(({ attemptsHeap }) => attemptsHeap));
  console.log(`  of it the attempt, which is left when the stream is closed: ${attempt.toFixed(1)} kB`);
  figure("heap before the collection", "uncollectedHeap");
  figure("resident memory since the start, after a collection", "collectedResident");
  figure("resident memory since the start, before the collection", "uncollectedResident");
}
