import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LoginKitEvent } from "onegini-otp-login/server";
import { ReturningBrowsers } from "../../../../src/server/pairing/returning-browsers.js";
import { VirtualClock } from "../../../support/virtual-clock.js";

const day = 86_400;

function scene() {
  const clock = new VirtualClock();
  const events: LoginKitEvent[] = [];
  const browsers = new ReturningBrowsers(clock, (event) => events.push(event));
  const handOut = (count: number): void => {
    for (let index = 0; index < count; index++) browsers.handedOut();
  };
  return { clock, events, browsers, handOut };
}

describe("the cookies of known browsers that a site redeems", () => {
  test("lead to one warning, if of fifty none came back within a day", async () => {
    const { clock, events, handOut } = scene();
    handOut(50);
    await clock.advance(day);
    handOut(2);
    const found = events.map(({ type, level }) => [type, level]);
    assert.deepEqual(found, [["known_browsers_lost", "warn"]]);
  });

  test("lead to none before the day is over, or with fewer", async () => {
    const { clock, events, handOut } = scene();
    handOut(49);
    await clock.advance(day);
    handOut(1);
    await clock.advance(day - 1);
    handOut(100);
    assert.deepEqual(events, []);
  });

  test("lead to none once a browser has come back", async () => {
    const { clock, events, browsers, handOut } = scene();
    handOut(50);
    browsers.cameBack();
    await clock.advance(10 * day);
    handOut(100);
    assert.deepEqual(events, []);
  });
});
