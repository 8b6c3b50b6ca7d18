import { expect } from "chai";
import "../../../src/define.js";
import { clear, inPhase, LoginApi, part, parts, put, shows, until, withLoginApi } from "../support/page.js";
import { model, otp, scanned } from "../support/models.js";
import { showCard } from "../support/view-card.js";

describe("a scanned code", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));

  async function scannedElement() {
    const element = put(`<onegini-otp-login></onegini-otp-login>`);
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    return element;
  }
  const scan = async (element: HTMLElement) => {
    api.say("pending", { expires_in: 50, scanned: true });
    await until(() => element.matches(":state(scanned)"));
  };

  it("gives way to “Check your phone”, at the same size and in the same phase", async () => {
    const element = await scannedElement();
    const box = (name: string) => {
      const { x, y, width, height } = element.shadowRoot!.querySelector(name)!.getBoundingClientRect();
      return [x, y, width, height];
    };
    const places = () => ["section", ".stage", ".row", "ol"].map(box);
    const before = places();
    const changes: string[] = [];
    element.addEventListener("statechange", ({ type }) => changes.push(type));
    await scan(element);
    await element.updateComplete;
    const stage = element.shadowRoot!.querySelector(".stage")!;
    expect(element.matches(":state(pending)")).to.equal(true);
    expect(places()).to.deep.equal(before);
    expect(stage.textContent).to.include("Check your phone").and.include("Accept there to log in here.");
    expect(stage.querySelector(".marks, .ring")).to.equal(null);
    expect(
      element.shadowRoot!.querySelector("[role=timer], .enlarge, .row:not([inert]) p") === null,
    ).to.equal(true);
    expect(changes).to.deep.equal([]);
  });

  it("has its disc in the middle of the square, and its words below", async () => {
    const element = await scannedElement();
    await scan(element);
    await element.updateComplete;
    const { shadowRoot } = element;
    const { top } = shadowRoot!.querySelector(".stage")!.getBoundingClientRect();
    const from = (selector: string) =>
      Math.round(shadowRoot!.querySelector(selector)!.getBoundingClientRect().top - top);
    expect([".stage .disc", ".stage .message", ".stage .second"].map(from)).to.deep.equal([125, 199, 230]);
  });

  it("says in its second line that the page is offline or reconnects", async () => {
    for (const [connection, words] of [
      ["offline", "You’re offline. We’ll keep trying."],
      ["reconnecting", "Reconnecting…"],
    ] as const)
      for (const app of ["none", "first"] as const) {
        const { renderRoot } = await showCard(model(scanned(connection), { app }), 320);
        expect(renderRoot.querySelector(".words .second")!.textContent).to.equal(words);
      }
  });

  it("leaves no piece of the code on the card", async () => {
    const element = await scannedElement();
    await scan(element);
    await element.updateComplete;
    expect(element.shadowRoot!.querySelector("canvas")).to.equal(null);
  });

  it("ticks the first two steps, and makes the third the current one", async () => {
    const element = await scannedElement();
    const steps = () => [...element.shadowRoot!.querySelectorAll("li")];
    expect(steps().map((step) => step.ariaCurrent)).to.deep.equal([null, null, null]);
    expect(steps().map((step) => !!step.querySelector(".icon"))).to.deep.equal([false, false, false]);
    await scan(element);
    await element.updateComplete;
    expect(steps().map((step) => step.ariaCurrent)).to.deep.equal([null, null, "step"]);
    expect(steps().map((step) => !!step.querySelector(".icon"))).to.deep.equal([true, true, false]);
    expect(steps().map((step) => getComputedStyle(step).fontWeight)).to.deep.equal(["400", "400", "600"]);
  });

  it("is announced once, and comes back when the scan ends without an answer", async () => {
    const element = await scannedElement();
    await scan(element);
    await element.updateComplete;
    expect(part(element, "status").textContent).to.equal("Check your phone. Accept there to log in here.");
    api.say("pending", { expires_in: 40 });
    await until(() => !element.matches(":state(scanned)"));
    await element.updateComplete;
    expect(shows(part(element, "qr") as HTMLCanvasElement, otp)).to.equal(true);
    expect(part(element, "status").textContent).to.equal("");
    await scan(element);
    await element.updateComplete;
    expect(part(element, "status").textContent).to.equal("");
  });

  it("gives way to a new code at once when the person asks for one, and passes the focus on", async () => {
    const element = await scannedElement();
    await scan(element);
    await element.updateComplete;
    let answer: (response: Response) => void = () => undefined;
    api.renew = () => new Promise((resolve) => (answer = resolve));
    const button = [...element.shadowRoot!.querySelectorAll("button")].find(
      (each) => each.textContent === "Scan again",
    )!;
    button.focus();
    button.click();
    await element.updateComplete;
    await until(() => api.calls.some(({ path }) => path === "/otp-login/attempt-1/otp"));
    expect(element.matches(":state(pending):not(:state(scanned))")).to.equal(true);
    expect(element.shadowRoot!.querySelector(".row")!.textContent).to.include("Getting a code…");
    expect(element.shadowRoot!.querySelector("canvas")).to.equal(null);
    expect(element.shadowRoot!.activeElement!.part.value).to.equal("title");
    answer(LoginApi.json({ status: "pending", otp: "a new one", expires_in: 60 }, 201));
    await until(() => parts(element, "qr").length === 1);
    expect(shows(part(element, "qr") as HTMLCanvasElement, "a new one")).to.equal(true);
  });

  it("leaves `:state(scanned)` when the person accepts", async () => {
    const element = await scannedElement();
    await scan(element);
    api.say("approved");
    await inPhase(element, "completed");
    expect(element.matches(":state(scanned)")).to.equal(false);
  });

  it("closes the large code", async () => {
    const element = await scannedElement();
    element.shadowRoot!.querySelector<HTMLElement>(".enlarge")!.click();
    await element.updateComplete;
    const dialog = element.shadowRoot!.querySelector("dialog")!;
    expect(dialog.open).to.equal(true);
    await scan(element);
    await element.updateComplete;
    expect(dialog.open).to.equal(false);
  });

  it("sends the person back into the app on a phone, or to the other phone if its code is open", async () => {
    for (const [otherPhone, message, controls] of [
      [false, "Check the app", ["Go back to the app", "Use another phone"]],
      [true, "Check your phone", ["Scan again"]],
    ] as const) {
      const card = await showCard(model(scanned(), { app: "first", appLink: "x:otp", otherPhone }), 320);
      const { renderRoot } = card;
      expect(renderRoot.querySelector(".said .message")!.textContent).to.equal(message);
      const shown = [...renderRoot.querySelectorAll(".main-line a, .main-line button, .phone > .row button")];
      expect(shown.map((each) => each.textContent.trim())).to.deep.equal(controls);
      clear();
    }
  });
});
