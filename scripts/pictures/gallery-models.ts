/** What the gallery shows: every state of the card by a name, for its pictures and for its page on the site. */
import { questionOf } from "../../src/element/flow/state.js";
import type { ViewModel } from "../../src/element/view/view-model.js";
import { everything } from "../../test/element/support/locales.js";
import { asked, model, pending } from "../../test/element/support/models.js";

/** A change of a state that a layout makes. */
export type Change = (shown: ViewModel) => Partial<ViewModel>;

/** What the tests call otherwise than a person would. */
const titles: Readonly<Record<string, string>> = {
  "pending, late": "pending, new code late",
  "pending, dead": "pending, offline, code over",
  "failed, noNetwork": "failed, no network",
  "number, wrong": "number, wrong once",
  "failed, numberLimit": "failed, too many wrong numbers",
  "failed, loginFailed": "failed, login failed",
  "failed, pairingFailed": "failed, number wrong three times",
  "failed, loginRefused": "failed, login refused",
  "failed, ended": "failed, login over",
  "failed, cookies": "failed, cookies blocked",
  "failed, tooMany": "failed, too many tries",
};

export const titleOf = (name: string): string => titles[name] ?? name;

/** The kinds of a phase that differ only in a line too. */
export const kinds = Object.entries(everything).filter(([name]) => !name.endsWith("minutes"));

/** The number's field, as the person has filled it. */
const typed = (digits: string, from = digits.length, question = {}): ViewModel =>
  model(asked(question), { field: { digits: [...digits], from, to: digits.length, hasFocus: true } });

export const numbers: [string, ViewModel][] = [
  ["number, typing", typed("47")],
  ["number, wrong, marked", typed("4713", 0, { wrong: 1 })],
  ["number, incomplete", { ...typed("47"), isIncomplete: true }],
  ["number, six digits typed", typed("471308", 6, { digits: 6 })],
  ["number, the person is elsewhere", model(asked(), { isAway: true })],
];

/** What has ended, with another way to log in. */
export const ends = (models: readonly [string, ViewModel][]): [string, ViewModel][] =>
  models
    .filter(([name]) => /^(denied|expired|failed)/.test(name))
    .map(([name, shown]) => [
      `${titleOf(name)}, another way`,
      { ...shown, otherWay: "Log in with your password" },
    ]);

/** As on a phone whose site has an app link: the link needs a code, or leads back to the app that shows the number. */
export const appFirst: Change = ({ state }) => ({
  app: "first",
  appLink: state.phase === "pending" || questionOf(state) ? "example:login" : undefined,
});

export const unfolded: [string, ViewModel] = ["pending, other phone", model(pending(), { otherPhone: true })];
