import { expect } from "chai";
import "../../../../src/define.js";
import { inPhase, put, until, withLoginApi, type LoginApi } from "../../support/page.js";

describe("the enlarged code", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));

  const enlarge = async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    await until(() => api.watched === 1);
    const root = element.shadowRoot!;
    const button = root.querySelector<HTMLElement>(".enlarge")!;
    button.click();
    const dialog = root.querySelector("dialog")!;
    await until(() => dialog.open);
    return { element, root, dialog, button };
  };

  it("shows the cross of Close, as wide as high and in its middle", async () => {
    const { dialog } = await enlarge();
    const close = dialog.querySelector(".close")!.getBoundingClientRect();
    const cross = dialog.querySelector(".close path")!.getBoundingClientRect();
    expect(cross.width).to.be.within(8, 24);
    expect(cross.height).to.be.closeTo(cross.width, 0.1);
    expect(cross.x + cross.width / 2).to.be.closeTo(close.x + close.width / 2, 0.5);
    expect(cross.y + cross.height / 2).to.be.closeTo(close.y + close.height / 2, 0.5);
  });

  it("is closed before the reason is announced, because nothing behind it would be announced", async () => {
    const { element, root, dialog } = await enlarge();
    const status = root.querySelector("[part=status]")!;
    const log: string[] = [];
    root.addEventListener("close", () => log.push("closed"), true);
    const observer = new MutationObserver(() => log.push(`${dialog.open} ${status.textContent}`));
    observer.observe(status, { characterData: true, childList: true, subtree: true });
    api.say("denied");
    await inPhase(element, "denied");
    await until(() => log.length === 2);
    observer.disconnect();
    expect(log[0]).to.equal("closed");
    expect(log[1]).to.match(/^false You declined/);
  });

  it("stays open if it is opened again before the browser's `close` event", async () => {
    const { element, dialog, button } = await enlarge();
    let told = 0;
    dialog.addEventListener("close", () => told++);
    dialog.querySelector<HTMLElement>(".close")!.click();
    expect(dialog.open).to.equal(false);
    dialog.showModal();
    button.click();
    await until(() => told === 1);
    await element.updateComplete;
    expect(dialog.open).to.equal(true);
    expect(dialog.querySelector("canvas")).to.not.equal(null);
  });
});
