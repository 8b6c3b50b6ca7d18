import { expect } from "chai";
import "../../../src/define.js";
import { clear, inPhase, LoginApi, part, parts, put, until } from "../support/page.js";
import { model, scanned } from "../support/models.js";
import { showCard } from "../support/view-card.js";

describe("a scanned code", () => {
  let api: LoginApi;
  beforeEach(() => (api = new LoginApi()));
  afterEach(() => {
    clear();
    api.restore();
  });

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

  it("gives way to “Check your phone”, at its place and in the same phase", async () => {
    const element = await scannedElement();
    const placeOf = (canvas: HTMLElement) => {
      const [card, code] = [element.getBoundingClientRect(), canvas.getBoundingClientRect()];
      return { height: card.height, x: code.x - card.x, y: code.y - card.y, width: code.width };
    };
    const before = placeOf(part(element, "qr"));
    const changes: string[] = [];
    element.addEventListener("statechange", ({ type }) => changes.push(type));
    await scan(element);
    await element.updateComplete;
    const canvas = part(element, "qr");
    expect(element.matches(":state(pending)")).to.equal(true);
    expect(placeOf(canvas)).to.deep.equal(before);
    expect(getComputedStyle(canvas.parentElement!).opacity).to.equal("0.12");
    expect(element.shadowRoot!.querySelector(".stage")!.textContent).to.include("Check your phone");
    expect(element.shadowRoot!.querySelector("[role=timer]")).to.equal(null);
    expect(element.shadowRoot!.querySelector(".enlarge")).to.equal(null);
    expect(changes).to.deep.equal([]);
  });

  it("is announced once, and comes back when the scan ends without an answer", async () => {
    const element = await scannedElement();
    await scan(element);
    await element.updateComplete;
    expect(part(element, "status").textContent).to.equal("Check your phone. Confirm there to log in here.");
    api.say("pending", { expires_in: 40 });
    await until(() => !element.matches(":state(scanned)"));
    await element.updateComplete;
    expect(getComputedStyle(part(element, "qr").parentElement!).opacity).to.equal("1");
    expect(part(element, "status").textContent).to.equal("");
    await scan(element);
    await element.updateComplete;
    expect(part(element, "status").textContent).to.equal("");
  });

  it("leaves `:state(scanned)` when the person accepts", async () => {
    const element = await scannedElement();
    await scan(element);
    api.say("approved");
    await inPhase(element, "completed");
    expect(element.matches(":state(scanned)")).to.equal(false);
  });

  it("closes the large code, and a click opens it no more", async () => {
    const element = await scannedElement();
    element.shadowRoot!.querySelector<HTMLElement>(".enlarge")!.click();
    await element.updateComplete;
    const dialog = element.shadowRoot!.querySelector("dialog")!;
    expect(dialog.open).to.equal(true);
    await scan(element);
    await element.updateComplete;
    expect(dialog.open).to.equal(false);
    part(element, "qr").click();
    await element.updateComplete;
    expect(dialog.open).to.equal(false);
  });

  it("takes the place of the app's button on a phone", async () => {
    const card = await showCard(model(scanned(), { app: "first", appLink: "myapp://otp" }), 320);
    const message = card.renderRoot.querySelector(".told")!;
    expect(message.textContent).to.include("Check your phone");
    expect(parts(card as never, "button")).to.have.length(0);
  });
});
