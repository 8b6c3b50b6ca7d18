import { after, before, describe, it } from "node:test";
import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, CDPSession, Page } from "playwright-core";
import type { Rules } from "./hostile.js";
import { otpFrom, randomFrom, type Random } from "./random.js";
import { bareCode, cut, flawOf, keep, picture, readerNames, readers, type ReaderName } from "./readers.js";
import type { Effect, inPage, Place } from "./in-page.js";
import { type Site, startSite } from "./site.js";
import { launchBrowser } from "../../../support/browser.js";

/** A kind of page that a code has to be read on. */
export interface Condition {
  name: string;
  /** The condition's share of the renders, in percent. */
  share: number;
  /** What the site of each element sets. */
  rules?: Rules;
  /** Free CSS pixels around each element, where rules may move its card. Default 16. */
  room?: number;
  /** What the page sets around them. */
  sheet?: string;
  /** The settings of the person or the device. */
  media?: Pick<BrowserContextOptions, "colorScheme" | "forcedColors" | "contrast">;
  /** Prepares the page. */
  prepare?: (page: Page) => Promise<void>;
  /** The effect that must be visible before a picture is taken. */
  inEffect?: Effect;
  /** The code is in the dialog, so there is one element at a time. */
  isEnlarged?: true;
}

/** A render in which something is wrong. */
interface Miss {
  condition: string;
  /** Repeats the render with the same random values. */
  seed: string;
  what: string;
  devicePixelRatio: number;
  width: number;
  css: string;
}

interface Tally {
  condition: string;
  renders: number;
  read: Record<ReaderName, number>;
  /**
   * Codes with every module black or white, in its place, with the quiet zone, in whole device pixels and at least four
   * CSS pixels a module.
   */
  exact: number;
  misses: Miss[];
}

/** The resolutions, each one's share of the renders, and how many elements are on one of its pages. */
const resolutions = [
  { devicePixelRatio: 1, share: 0.35, together: 12 },
  { devicePixelRatio: 1.25, share: 0.35, together: 9 },
  { devicePixelRatio: 2, share: 0.2, together: 6 },
  { devicePixelRatio: 3, share: 0.1, together: 3 },
] as const;

interface Sheet {
  page: Page;
  session: CDPSession;
  site: Site;
  condition: Condition;
  devicePixelRatio: number;
}

/** Shows random codes under a condition, and reads them from pixels. */
export async function render(
  browser: Browser,
  site: Site,
  condition: Condition,
  seed: string,
  count: number,
): Promise<Tally> {
  const tally: Tally = {
    condition: condition.name,
    renders: 0,
    read: { zbar: 0, ZXing: 0 },
    exact: 0,
    misses: [],
  };
  const context = await browser.newContext(condition.media);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await page.goto(site.url);
  await page.waitForFunction(() => "renders" in globalThis && customElements.get("onegini-otp-login"));
  await condition.prepare?.(page);
  for (const { devicePixelRatio, share, together } of resolutions) {
    const wanted = Math.max(1, Math.round(count * share));
    const atOnce = condition.isEnlarged ? 1 : together;
    for (let done = 0; done < wanted; done += atOnce) {
      const seeds = Array.from(
        { length: Math.min(atOnce, wanted - done) },
        (_, i) => `${seed}/${condition.name}/${devicePixelRatio}/${done + i}`,
      );
      await renderSheet({ page, session, site, condition, devicePixelRatio }, seeds, tally);
    }
  }
  await context.close();
  return tally;
}

const placeFor = (seed: string, id: string, { site, condition }: Sheet, random: Random): Place => ({
  id,
  width: random.between(280, 600, random.pick([1, 0.01])),
  offset: random.pick([0, 0.25, 0.5, random.next()]),
  endpoint: site.endpointOf(seed),
  hasSlots: random.next() < 0.5,
  css: [
    // A card is at most 420 px wide by default. Half of the sites remove that limit.
    random.next() < 0.5 ? `#${id} onegini-otp-login { max-inline-size: none }` : "",
    condition.rules?.(`#${id}`, random) ?? "",
  ].join("\n"),
});

async function renderSheet(sheet: Sheet, seeds: string[], tally: Tally): Promise<void> {
  const { page, session, condition, devicePixelRatio } = sheet;
  const places = seeds.map((seed, i) => placeFor(seed, `site${i}`, sheet, randomFrom(seed)));
  const random = randomFrom(`${seeds[0]} window`);
  const view = condition.isEnlarged
    ? // Large enough for a code that is larger than on any card: elsewhere there is no Enlarge.
      { width: random.between(420, 1000), height: random.between(500, 900), devicePixelRatio }
    : { width: 2000, height: 1400, devicePixelRatio };
  await resize(session, view);
  await call(page, "show", condition.sheet ?? "", places, 3, condition.room ?? 16);
  if (condition.isEnlarged) await call(page, "enlarge");
  const look = async () => {
    // Each time again, because a late layout on a busy machine may need more space.
    if (!condition.isEnlarged) await resize(session, { ...view, ...(await call(page, "room")) });
    await call(page, "settle", condition.inEffect ?? "none");
    return { seen: await call(page, "look"), whole: await picture(session) };
  };
  // On a busy machine, a layout between measurement and picture looks like a flaw. A real flaw is there three times.
  let { seen, whole } = await look();
  const isFlawed = () =>
    seen.some((each, i) => flawOf(otpFrom(seeds[i]!), whole, each, devicePixelRatio) !== undefined);
  for (let again = 0; again < 2 && isFlawed(); again++) ({ seen, whole } = await look());
  for (const [i, each] of seen.entries()) {
    const [seed, place] = [seeds[i]!, places[i]!];
    const otp = otpFrom(seed);
    const miss = (what: string) => {
      const { width, css } = place;
      tally.misses.push({ condition: condition.name, seed, what, devicePixelRatio, width, css });
    };
    tally.renders++;
    const missesBefore = tally.misses.length;
    const card = cut(whole, each, devicePixelRatio);
    const flaw = flawOf(otp, whole, each, devicePixelRatio);
    if (flaw === undefined) tally.exact++;
    else miss(flaw);
    for (const name of readerNames) {
      const texts = await readers[name](card);
      if (texts.length === 1 && texts[0] === otp) tally.read[name]++;
      else miss(`${name}: ${await explain(name, otp, Math.round(each.canvasWidth / 49), texts.length)}`);
    }
    // `PICTURES=1` keeps all.
    if (tally.misses.length > missesBefore || process.env["PICTURES"]) await keep(card, seed);
  }
}

/** Checks whether the reader also fails on the same code without a page. */
async function explain(name: ReaderName, otp: string, module: number, found: number): Promise<string> {
  const [alone] = await readers[name](bareCode(otp, module));
  return `${found} codes; ${alone === otp ? "it reads" : "it cannot read"} this code where nothing is around it`;
}

type InPage = typeof inPage;

interface View {
  width: number;
  height: number;
  devicePixelRatio: number;
}

/** Calls one of `in-page.ts`'s functions. */
const call = <Name extends keyof InPage>(
  page: Page,
  name: Name,
  ...args: Parameters<InPage[Name]>
): Promise<Awaited<ReturnType<InPage[Name]>>> => page.evaluate(`renders.${name}(...${JSON.stringify(args)})`);

/** Gives the page another size or resolution. */
const resize = (session: CDPSession, { width, height, devicePixelRatio }: View): Promise<unknown> =>
  session.send("Emulation.setDeviceMetricsOverride", {
    width: Math.ceil(width),
    height: Math.ceil(height),
    deviceScaleFactor: devicePixelRatio,
    mobile: false,
  });

/** How many renders all suites make together; `RENDERS` sets another number. */
const total = Number(process.env["RENDERS"] ?? 1_050);
/** Default: the same renders in every run. Another `SEED` makes other renders. */
const seed = process.env["SEED"] ?? "1";

/** Declares a suite that renders its conditions' share of random codes and reads each with two readers. */
export function suite(name: string, conditions: readonly Condition[]): void {
  describe(name, () => {
    let browser: Browser;
    let site: Site;
    const tallies: Tally[] = [];

    before(async () => {
      [browser, site] = await Promise.all([launchBrowser(), startSite()]);
    });
    after(async () => {
      await browser.close();
      await site.close();
      console.log(`\nSEED=${seed} RENDERS=${total}\n${table([...tallies, sum("all", tallies)])}`);
      console.log(missesOf(sum("all", tallies)));
    });

    for (const condition of conditions)
      it(`is black on white and readable: ${condition.name}`, async () => {
        const count = Math.ceil((total * condition.share) / 100);
        const tally = await render(browser, site, condition, seed, count);
        tallies.push(tally);
        const flaws = tally.misses.filter(({ what }) => !/^(zbar|ZXing): /.test(what));
        assert.equal(tally.exact, tally.renders, missesOf({ ...tally, misses: flaws.slice(0, 3) }));
      });

    it("is read by two independent readers, at least 99.5 % by each", () => {
      const { renders, read } = sum("all", tallies);
      for (const reader of readerNames)
        assert.ok(read[reader] / renders >= 0.995, `${reader} read ${read[reader]} of ${renders}`);
    });
  });
}

const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`;

/** The sum of some tallies. */
const sum = (condition: string, tallies: readonly Tally[]): Tally => {
  const total = (of: (tally: Tally) => number) => tallies.reduce((result, tally) => result + of(tally), 0);
  return {
    condition,
    renders: total(({ renders }) => renders),
    read: { zbar: total(({ read }) => read.zbar), ZXing: total(({ read }) => read.ZXing) },
    exact: total(({ exact }) => exact),
    misses: tallies.flatMap(({ misses }) => misses),
  };
};

/** A line for each condition: renders, codes that each reader read, and exact codes. */
const table = (tallies: readonly Tally[]): string =>
  [
    `| condition | renders | ${readerNames.join(" | ")} | exact |`,
    `| --- | --- | ${readerNames.map(() => "---").join(" | ")} | --- |`,
    ...tallies.map(({ condition, renders, read, exact }) => {
      const reads = readerNames.map((name) => percent(read[name], renders));
      return `| ${condition} | ${renders} | ${reads.join(" | ")} | ${percent(exact, renders)} |`;
    }),
  ].join("\n");

/** Each miss, with the command that repeats it. */
const missesOf = ({ misses }: Tally): string =>
  misses
    .map(
      ({ condition, seed, what, devicePixelRatio, width, css }) =>
        `${condition}, ${width} px at ${devicePixelRatio}×: ${what} (${seed})\n    ${css}`,
    )
    .join("\n");
