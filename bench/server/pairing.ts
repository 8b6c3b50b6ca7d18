import { conclude, perSecond } from "../figures.js";
import { start, type Child } from "./support/child.js";
import { inTurns } from "./support/in-turns.js";
import { accept, enrollUsers, scanned } from "./support/phone.js";
import { openPage } from "./support/visitor.js";

/**
 * What the number on the phone costs a site, on memory: starts and full logins a second without the option, in a known browser,
 * and in a new one, which posts the number after a call that is answered `pairing_required`. The servers are started anew many
 * times, because one process of Node is up to 5 % faster than the next one of the same code.
 */
const processes = 6;
const rounds = 2;
const warmUp = 400;
const logins = 600;
const starts = 3000;
const atATime = 32;

const tokenServer = await start("token-server");
const asUser = await enrollUsers(tokenServer.url, atATime);

/** The cookie that makes each user's browser a known one. */
const knownCookies = new Map<string, string>();

async function logIn(site: Child, user: string, isKnown: boolean): Promise<void> {
  const { visitor, attempt, otp } = await openPage(site.url);
  if (isKnown) visitor.known = knownCookies.get(user);
  const stream = await visitor.stream(attempt);
  await stream.status("pending");
  const { transaction_id, message } = await scanned(tokenServer.url, user, otp);
  await accept(tokenServer.url, transaction_id);
  await stream.status("approved");
  let { status } = await visitor.logIn(attempt);
  if (status === 403 && !isKnown) ({ status } = await visitor.postLogin(attempt, /\d{4}/.exec(message)?.[0]));
  if (status !== 200) throw new Error(`A login was answered ${status}`);
  if (visitor.known !== undefined) knownCookies.set(user, visitor.known);
}

const runLogins = (site: Child, isKnown: boolean, count = logins): Promise<number> =>
  perSecond(count, atATime, () => asUser((user) => logIn(site, user, isKnown)));
const runStarts = (site: Child): Promise<number> => perSecond(starts, atATime, () => openPage(site.url));

const figures: Record<"startsWithout" | "startsWith" | "without" | "known" | "asked", number[]> = {
  startsWithout: [],
  startsWith: [],
  without: [],
  known: [],
  asked: [],
};
for (let again = 0; again < processes; again++) {
  const without = await start("kit-server", [tokenServer.url], { UNLIMITED: "1" });
  const withOption = await start("kit-server", [tokenServer.url], { UNLIMITED: "1", PAIRING: "1" });
  // It makes each user's browser a known one.
  for (const site of [without, withOption]) await runLogins(site, false, warmUp);
  const turns = await inTurns(rounds, {
    startsWithout: () => runStarts(without),
    startsWith: () => runStarts(withOption),
    without: () => runLogins(without, false),
    known: () => runLogins(withOption, true),
    asked: () => runLogins(withOption, false),
  });
  for (const name of Object.keys(figures) as (keyof typeof figures)[]) figures[name].push(...turns[name]);
  for (const site of [without, withOption]) site.kill();
}
tokenServer.kill();

const baseline = "without the option";
conclude({
  what: "starts",
  unit: " starts/s",
  values: figures.startsWith,
  bare: figures.startsWithout,
  baseline,
  bounds: [{ of: "ratio", relation: "≥", value: 0.95 }],
});
conclude({
  what: "logins in known browsers",
  unit: " logins/s",
  values: figures.known,
  bare: figures.without,
  baseline,
  bounds: [{ of: "ratio", relation: "≥", value: 0.95 }],
});
conclude({
  what: "logins with a number",
  unit: " logins/s",
  values: figures.asked,
  bare: figures.without,
  baseline,
  bounds: [],
});
process.exit();
