import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { freePort } from "../../test/support/services/free-port.js";
import { conclude, perSecond } from "../figures.js";
import { logIn } from "../server/support/full-login.js";
import { inTurns } from "../server/support/in-turns.js";
import { enrollUsers, type AsUser } from "../server/support/phone.js";

/**
 * Full logins a second in the built demo, which is bank, kit, Token Server and phone in one process, beside those in the built
 * demo of another checkout, and the processor's time that each takes:
 *
 *     node --import tsx bench/compare/demo.ts ../before
 *
 * The demos are started anew many times, as the servers in `server.ts`.
 */
const processes = 8;
const rounds = 2;
const warmUp = 150;
const logins = 300;
const atATime = 32;
/** Below the starts that one address has in a minute. */
const loginsPerAddress = 250;

const [other] = process.argv.slice(2);
if (other === undefined) throw new Error("It needs the path of another checkout that is built.");

interface Demo {
  url: string;
  child: ChildProcess;
  asUser: AsUser;
}

async function startDemo(checkout: string): Promise<Demo> {
  const command = resolve(checkout, "dist/command/cli.js");
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [command, "demo", "--port", port, "--origin", url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  // It prints one line when it is ready.
  await once(child.stdout, "data");
  return { url, child, asUser: await enrollUsers(url, atATime) };
}

/** The milliseconds of a processor that a process has taken, all of its threads together. */
function processorMs({ pid }: ChildProcess): number {
  const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const [user, system] = fields.split(" ").slice(11, 13).map(Number);
  return 10 * ((user ?? NaN) + (system ?? NaN));
}

let logged = 0;
const run = ({ url, asUser }: Demo, howMany: number): Promise<number> =>
  perSecond(howMany, atATime, () => {
    const localAddress = `127.0.1.${1 + Math.floor(logged++ / loginsPerAddress)}`;
    return asUser((user) => logIn(url, url, user, { localAddress }));
  });

const rates = { here: [] as number[], there: [] as number[] };
const times = { here: [] as number[], there: [] as number[] };
for (let again = 0; again < processes; again++) {
  const demos = { here: await startDemo("."), there: await startDemo(other) };
  for (const demo of Object.values(demos)) await run(demo, warmUp);
  const measure = async (name: "here" | "there"): Promise<number> => {
    const before = processorMs(demos[name].child);
    const rate = await run(demos[name], logins);
    times[name].push((processorMs(demos[name].child) - before) / logins);
    return rate;
  };
  const turns = await inTurns(rounds, { here: () => measure("here"), there: () => measure("there") });
  rates.here.push(...turns.here);
  rates.there.push(...turns.there);
  for (const { child } of Object.values(demos)) child.kill("SIGKILL");
}
const baseline = "the other checkout";
conclude({
  what: "logins in the demo",
  unit: " logins/s",
  values: rates.here,
  bare: rates.there,
  baseline,
  bounds: [{ of: "ratio", relation: "≥", value: 0.95 }],
});
conclude({
  what: "processor time of the demo for a login",
  unit: " ms",
  values: times.here,
  bare: times.there,
  baseline,
  bounds: [],
});
process.exit();
