import { randomBytes } from "node:crypto";
import { createLog, logEvent } from "../../src/service/serve/telemetry/log.js";
import { StrangerSampling } from "../../src/service/serve/telemetry/stranger-sampling.js";
import { until } from "../../test/support/until.js";
import { runService } from "../../test/unit/service/serve/running-service.js";

/** How many bytes the log of `serve` gets by lines about strangers, and in a day, with `log-strangers` and without. */
const address = "2001:db8:1234:5678:9abc:def0:1234:5678";
const perSecond = 20;
const seconds = 300;
const secondsADay = 86_400;

const ending: (() => unknown)[] = [];
const service = await runService(
  { after: (task) => void ending.push(task as () => unknown) },
  { args: ["--proxies", "1", "--log-strangers", "100000"] },
);
const headers = { "x-forwarded-for": address };
const foreign = { ...headers, origin: "https://login.example.org", "sec-fetch-site": "cross-site" };
const long = { ...foreign, origin: `https://${"x".repeat(300)}.example`, "sec-fetch-site": "x".repeat(300) };
const browser = service.browser();
const post = (path: string, more: RequestInit) =>
  fetch(service.publicAddress + path, { method: "POST", ...more });
const json = { ...headers, "content-type": "application/json" };

const { attempt } = await browser.start({ headers });
await browser.post(`/${attempt}/otp`, { headers });
await post("/otp-login/callback", { headers: json, body: `{"transaction_id": "${crypto.randomUUID()}"}` });
await fetch(`${service.publicAddress}/otp-login/unknown`, { headers });
// The first is a warning.
await post("/otp-login", { headers: foreign });
await post("/otp-login", { headers: foreign });
await post("/otp-login", { headers: long });
const ofInfo = (): string[] => service.lines.filter((line) => line.includes('"level":"info"'));
await until(() => ofInfo().length === 6, "the lines");

const inMegabytes = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString("en")} MB a day`;
for (const line of ofInfo()) {
  const { event, error } = JSON.parse(line) as Record<string, string>;
  const bytes = Buffer.byteLength(line);
  const most = inMegabytes(bytes * perSecond * secondsADay);
  console.log(`${[event, error].filter(Boolean).join(" ")}: ${bytes} bytes; ${perSecond} a second: ${most}`);
}
for (const end of ending.reverse()) await end();

/** The bytes that a number of starts a second write in a day, by a clock that runs as fast as it can. */
function bytesADay(startsASecond: number, atMost: number): number {
  let bytes = 0;
  let now = 0;
  const log = createLog("json", { write: (line) => void (bytes += Buffer.byteLength(line)) });
  const sampling = new StrangerSampling(atMost, () => now);
  for (let index = 0; index < startsASecond * seconds; index++) {
    now += 1_000 / startsASecond;
    const id = randomBytes(16).toString("base64url");
    const event = { type: "attempt_started", level: "info", attempt: id, address, durationMs: 12 } as const;
    logEvent(log, event, sampling.standsFor(event));
  }
  return (bytes / seconds) * secondsADay;
}

for (const starts of [10, 100, 1_000])
  console.log(
    `${starts} starts a second: ${inMegabytes(bytesADay(starts, Infinity))} in full, ${inMegabytes(bytesADay(starts, perSecond))} with log-strangers ${perSecond}`,
  );
