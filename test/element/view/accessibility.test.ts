import axe from "axe-core";
import { expect } from "chai";
import type { OneginiOtpLogin } from "../../../src/index.js";
import { clear, inPhase, LoginApi, part, put, until, withLoginApi } from "../support/page.js";
import { model, pending, phases } from "../support/models.js";
import { showCard } from "../support/view-card.js";

const appFirst = { app: "first", appLink: "x:otp" } as const;

describe("accessibility", () => {
  afterEach(clear);

  const shown = {
    ...phases,
    "the app link beside": model(pending(), { app: "beside", appLink: "x:otp" }),
    "the app link beside, without a code": model({ phase: "idle" }, { app: "beside" }),
    "the app first": model(pending(), appFirst),
    "the app first, other phone open": model(pending(), { ...appFirst, otherPhone: true }),
    "the app first, idle": model({ phase: "idle" }, { app: "first" }),
    "the app first, requesting": model({ phase: "requesting" }, { app: "first" }),
    enlarged: model(pending(), { enlarged: true }),
  };
  for (const [name, each] of Object.entries(shown))
    it(`passes axe: ${name}`, async () => {
      const card = await showCard(each);
      // A message that is fading in does not have its full contrast yet.
      for (const animation of card.shadowRoot!.getAnimations())
        if (animation.effect!.getComputedTiming().endTime !== Infinity) animation.finish();
      const { violations } = await axe.run(card, { resultTypes: ["violations"] });
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`),
      ).to.deep.equal([]);
    });

  it("names the card by its heading and the code by its name, and hides drawings", async () => {
    const { shadowRoot } = await showCard(model(pending()));
    const section = shadowRoot!.querySelector("section")!;
    const heading = shadowRoot!.getElementById(section.getAttribute("aria-labelledby")!)!;
    expect(heading.textContent.trim()).to.equal("Log in with your phone");
    const canvas = shadowRoot!.querySelector("canvas")!;
    expect([canvas.role, canvas.ariaLabel]).to.deep.equal(["img", "QR code to log in"]);
    expect(shadowRoot!.querySelector("ol")!.role).to.equal("list");
    expect(shadowRoot!.querySelector(".time")!.role).to.equal("timer");
    for (const drawn of shadowRoot!.querySelectorAll("svg, .number"))
      expect(drawn.getAttribute("aria-hidden")).to.equal("true");
  });

  it("has targets of at least 44 px", async () => {
    for (const each of [...Object.values(phases), model(pending(), { ...appFirst, otherPhone: true })]) {
      const { shadowRoot } = await showCard(each);
      for (const target of shadowRoot!.querySelectorAll("button, a")) {
        const { width, height } = target.getBoundingClientRect();
        expect(Math.min(width, height)).to.be.at.least(44);
      }
      clear();
    }
  });

  it("is read in visual order: the app, then Enlarge", async () => {
    const order = async (...args: Parameters<typeof model>) =>
      [...(await showCard(model(...args))).shadowRoot!.querySelectorAll("button, a")].map((each) =>
        (each.ariaLabel ?? each.textContent).trim(),
      );
    expect(await order(pending(), { app: "beside", appLink: "x:otp" })).to.deep.equal([
      "Enlarge QR code",
      "Open the app on this device",
    ]);
    expect(await order(pending(), { ...appFirst, otherPhone: true })).to.deep.equal([
      "Continue",
      "Use another phone",
      "Enlarge QR code",
    ]);
  });
});

describe("the focus", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));
  /** The part or control that has the focus. */
  const focused = (element: OneginiOtpLogin) => {
    const active = element.shadowRoot!.activeElement;
    return active?.part.value || active?.classList[1];
  };
  const button = (element: OneginiOtpLogin, name: string) =>
    element.shadowRoot!.querySelector<HTMLElement>(`button.${name}`)!;
  const begin = async () => {
    const element = put(`<input><onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    return element;
  };

  it("is not taken from the page", async () => {
    const element = await begin();
    const input = document.querySelector("input")!;
    input.focus();
    api.say("denied");
    await inPhase(element, "denied");
    element.start();
    await inPhase(element, "pending");
    expect(document.activeElement === input).to.equal(true);
  });

  it("goes to the new phase's button, if the focused control disappears", async () => {
    const element = await begin();
    button(element, "enlarge").focus();
    api.say("denied");
    await inPhase(element, "denied");
    expect(focused(element)).to.equal("button");
  });

  it("goes to the heading, if the new phase has no button", async () => {
    const element = await begin();
    api.say("denied");
    await inPhase(element, "denied");
    part(element, "button").focus();
    part(element, "button").click();
    await element.updateComplete;
    expect(focused(element)).to.equal("title");
    await inPhase(element, "pending");
    expect(focused(element)).to.equal("title");
  });

  it("goes into the large code and back to Enlarge", async () => {
    const element = await begin();
    const dialog = element.shadowRoot!.querySelector("dialog")!;
    for (const opener of [button(element, "enlarge"), part(element, "qr")]) {
      opener.click();
      await element.updateComplete;
      expect(dialog.matches(":modal")).to.equal(true);
      expect(focused(element)).to.equal("close");
      button(element, "close").click();
      await until(() => !dialog.open && dialog.querySelector("canvas") === null);
      expect(focused(element)).to.equal("enlarge");
    }
  });

  it("goes to the new phase's button, if the phase ends the large code", async () => {
    const element = await begin();
    button(element, "enlarge").click();
    await element.updateComplete;
    api.say("denied");
    await inPhase(element, "denied");
    expect(element.shadowRoot!.querySelector("dialog")!.open).to.equal(false);
    expect(focused(element)).to.equal("button");
  });
});

describe("the large code", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));
  const open = async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    part(element, "qr").click();
    await element.updateComplete;
    return { element, dialog: element.shadowRoot!.querySelector("dialog")! };
  };

  it("closes by a click beside it, but not by a click on it", async () => {
    const { dialog } = await open();
    dialog.querySelector("canvas")!.click();
    dialog.querySelector<HTMLElement>(".large")!.click();
    expect(dialog.open).to.equal(true);
    dialog.click();
    expect(dialog.open).to.equal(false);
  });

  it("closes when the element is removed, and stays closed when it is put back", async () => {
    const { element, dialog } = await open();
    const place = element.parentElement!;
    element.remove();
    place.append(element);
    await element.updateComplete;
    expect(dialog.open).to.equal(false);
    expect(element.state).to.equal("pending");
  });

  it("shows a new code and stays open", async () => {
    api.start = () => LoginApi.json({ attempt: "a", status: "pending", otp: "first", expires_in: 2 }, 201);
    api.renew = () => LoginApi.json({ status: "pending", otp: "second", expires_in: 60 }, 201);
    const { dialog } = await open();
    const canvas = dialog.querySelector("canvas")!;
    const before = canvas.toDataURL();
    await until(() => canvas.toDataURL() !== before);
    expect(dialog.open).to.equal(true);
    expect(dialog.querySelector("canvas") === canvas).to.equal(true);
  });
});

describe("the live region", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));

  it("is empty at first, and announces three things in a login", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login" manual></onegini-otp-login>`);
    await element.updateComplete;
    expect(element.shadowRoot!.querySelectorAll("[role=status], [aria-live]")).to.have.length(1);
    const status = part(element, "status");
    expect(status.textContent).to.equal("");
    const said: string[] = [];
    const observer = new MutationObserver(() => said.push(status.textContent));
    observer.observe(status, { childList: true, characterData: true, subtree: true });
    element.start();
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    let answer: (response: Response) => void = () => undefined;
    const answered = new Promise<Response>((resolve) => (answer = resolve));
    api.login = () => answered;
    api.say("approved");
    await inPhase(element, "approved");
    await until(() => status.textContent.startsWith("Accepted"));
    answer(LoginApi.json({}));
    await inPhase(element, "completed");
    await until(() => said.length === 3);
    expect(said).to.deep.equal([
      "The QR code is ready. Scan it in the app.",
      "Accepted. Logging you in…",
      "You’re logged in",
    ]);
  });

  it("leaves out that the phone accepted, if the login is complete within 300 ms", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    const status = part(element, "status");
    const said: string[] = [];
    new MutationObserver(() => said.push(status.textContent)).observe(status, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    api.say("approved");
    await inPhase(element, "completed");
    await until(() => said.length > 0);
    expect(said).to.deep.equal(["You’re logged in"]);
  });

  it("announces again that the code is ready, after another try", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    api.say("denied");
    await inPhase(element, "denied");
    expect(part(element, "status").textContent).to.equal(
      "You declined on your phone. You’re not logged in on this device.",
    );
    part(element, "button").click();
    await element.updateComplete;
    expect(part(element, "status").textContent).to.equal("");
    await inPhase(element, "pending");
    expect(part(element, "status").textContent).to.equal("The QR code is ready. Scan it in the app.");
  });
});
