import { expect } from "chai";
import { LoginErrorEvent, LoginEvent, OneginiOtpLogin, StateChangeEvent } from "../../src/index.js";
import { clear, inPhase, LoginApi, part, parts, put, until, withLoginApi } from "./support/page.js";
import { otp } from "./support/models.js";

const phases = ["idle", "requesting", "pending", "approved", "completed", "denied", "expired", "failed"];
const matching = (element: Element) => phases.filter((phase) => element.matches(`:state(${phase})`));

describe("the element", () => {
  let api: LoginApi;
  withLoginApi((each) => (api = each));

  describe("its start and end", () => {
    it("starts by itself when it is in view, and logs in when the phone accepts", async () => {
      const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
      await inPhase(element, "pending");
      await until(() => api.watched === 1);
      api.say("approved");
      await inPhase(element, "completed");
      expect(api.calls.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        "POST /otp-login",
        "GET /otp-login/attempt-1",
        "POST /otp-login/attempt-1/login",
      ]);
    });

    it("waits for its button with `manual`", async () => {
      const element = put(`<onegini-otp-login endpoint="/otp-login" manual></onegini-otp-login>`);
      await element.updateComplete;
      expect(element.state).to.equal("idle");
      part(element, "button").click();
      await inPhase(element, "pending");
    });

    it("takes properties that were set before the upgrade", async () => {
      const place = document.createElement("div");
      place.className = "place";
      // In a document without a window nothing is upgraded: as before the element's script has loaded.
      const element = document.implementation.createHTMLDocument().createElement("onegini-otp-login");
      Object.assign(element, {
        endpoint: "/early",
        manual: true,
        renewals: 2,
        appLink: "x:{otp}",
        qrLink: "https://b.example/#{otp}",
        redirect: "/in",
        messages: { title: "Early" },
      });
      document.body.append(place);
      place.append(element);
      customElements.upgrade(element);
      const upgraded = element;
      expect(upgraded).to.be.instanceOf(OneginiOtpLogin);
      await upgraded.updateComplete;
      expect(upgraded.state).to.equal("idle");
      expect(part(upgraded, "title").textContent).to.equal("Early");
      const { endpoint, manual, renewals, appLink, qrLink, redirect } = upgraded;
      expect({ endpoint, manual, renewals, appLink, qrLink, redirect }).to.deep.equal({
        endpoint: "/early",
        manual: true,
        renewals: 2,
        appLink: "x:{otp}",
        qrLink: "https://b.example/#{otp}",
        redirect: "/in",
      });
      upgraded.start();
      await until(() => api.calls[0]?.path === "/early");
    });

    it("gives each attribute a property of its camelCase name", async () => {
      const element = put(
        `<onegini-otp-login endpoint="/a" manual renewals="3" app-link="x:{otp}" qr-link="https://b.example/#{otp}" redirect="/in"></onegini-otp-login>`,
      );
      await element.updateComplete;
      const { endpoint, manual, renewals, appLink, qrLink, redirect } = element;
      expect({ endpoint, manual, renewals, appLink, qrLink, redirect }).to.deep.equal({
        endpoint: "/a",
        manual: true,
        renewals: 3,
        appLink: "x:{otp}",
        qrLink: "https://b.example/#{otp}",
        redirect: "/in",
      });
    });

    it("has no attribute with the name of a method", () => {
      for (const attribute of OneginiOtpLogin.observedAttributes) {
        const method = (OneginiOtpLogin.prototype as unknown as Record<string, unknown>)[attribute];
        expect(method).not.to.be.a("function");
      }
    });

    it("reads `endpoint` at each start", async () => {
      const element = put(`<onegini-otp-login endpoint="/one"></onegini-otp-login>`);
      await inPhase(element, "pending");
      element.endpoint = "/two";
      element.start();
      await until(() => api.calls.some(({ path }) => path === "/two"));
    });

    it("continues when it is moved, and stops when it is removed", async () => {
      const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
      await inPhase(element, "pending");
      await until(() => api.watched === 1);
      const elsewhere = document.createElement("div");
      elsewhere.className = "place";
      document.body.append(elsewhere);
      elsewhere.append(element);
      await new Promise((resolve) => setTimeout(resolve));
      expect([element.state, api.watched]).to.deep.equal(["pending", 1]);
      element.remove();
      await until(() => api.watched === 0);
      expect(element.state).to.equal("idle");
      elsewhere.append(element);
      await inPhase(element, "pending");
      expect(api.calls.filter(({ path }) => path === "/otp-login")).to.have.length(2);
    });

    it("is cloned as a new element with an attempt of its own", async () => {
      const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
      await inPhase(element, "pending");
      const copy = element.cloneNode(true) as OneginiOtpLogin;
      expect(copy.state).to.equal("idle");
      element.after(copy);
      await inPhase(copy, "pending");
      await until(() => api.watched === 2);
      expect(element.state).to.equal("pending");
    });

    it("starts again in any phase, and waits for its button after `cancel()`", async () => {
      const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
      await inPhase(element, "pending");
      element.start();
      expect(element.state).to.equal("requesting");
      await inPhase(element, "pending");
      element.cancel();
      await inPhase(element, "idle");
      expect(part(element, "button").textContent.trim()).to.equal("Show QR code");
    });

    it("fails with `invalid_response` on an OTP that is too long for a QR code", async () => {
      api.start = () =>
        LoginApi.json({ attempt: "a", status: "pending", otp: "x".repeat(2954), expires_in: 60 }, 201);
      const codes: string[] = [];
      const element = put(`<onegini-otp-login endpoint="/otp-login" manual></onegini-otp-login>`);
      element.addEventListener("error", (event) => codes.push(event.code));
      element.start();
      await inPhase(element, "failed");
      expect(codes).to.deep.equal(["invalid_response"]);
      expect(element.shadowRoot!.querySelector("canvas") === null).to.equal(true);
    });

    it("shows why it failed", async () => {
      const cases = [
        [LoginApi.refusal("temporarily_unavailable", 503), "The login service isn’t answering", "Try again"],
        [
          () => new Response("<h1>Not found</h1>", { status: 404 }),
          "The login service isn’t answering",
          "Try again",
        ],
        [() => new Response("<h1>Hello</h1>"), "The login service isn’t answering", "Try again"],
        [() => Promise.reject(new TypeError("offline")), "The login service isn’t answering", "Try again"],
        [LoginApi.refusal("forbidden_origin", 403), "Phone login isn’t available here", undefined],
        [LoginApi.refusal("invalid_request", 400), "Phone login isn’t available here", undefined],
        [
          LoginApi.refusal("too_many_requests", 429, { "Retry-After": "24" }),
          "Too many tries",
          "Try again in 0:24",
        ],
        [LoginApi.refusal("too_many_requests", 429), "Too many tries", "Try again"],
        [LoginApi.refusal("login_paused", 503, { "Retry-After": "30" }), "Phone login is paused", undefined],
      ] as const;
      for (const [start, message, label] of cases) {
        api.start = start;
        const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
        await inPhase(element, "failed");
        expect(element.shadowRoot!.querySelector(".message")!.textContent).to.equal(message);
        const [button] = parts(element, "button");
        expect(button?.textContent!.trim()).to.equal(label);
        clear();
      }
    });

    it("allows another try only after `Retry-After`", async () => {
      api.start = LoginApi.refusal("too_many_requests", 429, { "Retry-After": "1" });
      const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
      await inPhase(element, "failed");
      expect(part(element, "button").getAttribute("aria-disabled")).to.equal("true");
      part(element, "button").click();
      expect(element.state).to.equal("failed");
      await until(() => !part(element, "button").hasAttribute("aria-disabled"));
      part(element, "button").click();
      expect(element.state).to.equal("requesting");
    });
  });

  describe("its events and states", () => {
    it("matches exactly one phase's state at a time, also in listeners of the change", async () => {
      const element = put(`<onegini-otp-login endpoint="/otp-login" manual></onegini-otp-login>`);
      const heard: string[] = [];
      element.addEventListener("statechange", (event) => {
        expect(event).to.be.instanceOf(StateChangeEvent);
        expect(matching(element)).to.deep.equal([element.state]);
        heard.push(event.state);
      });
      expect(matching(element)).to.deep.equal(["idle"]);
      element.start();
      await inPhase(element, "pending");
      await until(() => api.watched === 1);
      api.say("approved");
      await inPhase(element, "completed");
      expect(heard).to.deep.equal(["requesting", "pending", "approved", "completed"]);
    });

    it("lets only `login` bubble out of the element", async () => {
      const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
      const heard: string[] = [];
      for (const type of ["login", "statechange", "error"])
        document.body.addEventListener(type, () => heard.push(type), { once: true });
      await inPhase(element, "pending");
      await until(() => api.watched === 1);
      api.say("approved");
      await inPhase(element, "completed");
      expect(heard).to.deep.equal(["login"]);
    });

    it("fires `login` once, with the answer and the next URL", async () => {
      api.login = () => LoginApi.json({ redirect_to: "/next", user: "jane" });
      const element = put(
        `<onegini-otp-login endpoint="/otp-login" redirect="/account"></onegini-otp-login>`,
      );
      const logins: LoginEvent[] = [];
      element.addEventListener("login", (event) => {
        event.preventDefault();
        logins.push(event);
      });
      await inPhase(element, "pending");
      await until(() => api.watched === 1);
      api.say("approved");
      await inPhase(element, "completed");
      expect(logins).to.have.length(1);
      const [login] = logins;
      expect(login).to.be.instanceOf(LoginEvent);
      expect([login!.bubbles, login!.composed, login!.cancelable]).to.deep.equal([true, true, true]);
      expect(login!.result).to.deep.equal({ redirect_to: "/next", user: "jane" });
      expect(login!.redirectTo).to.equal(`${location.origin}/next`);
      expect(element.shadowRoot!.textContent).not.to.contain("Opening the next page");
    });

    it("fires `error` once, when it fails", async () => {
      api.start = LoginApi.refusal("temporarily_unavailable", 503);
      const element = put(`<onegini-otp-login endpoint="/otp-login" manual></onegini-otp-login>`);
      const errors: LoginErrorEvent[] = [];
      element.addEventListener("error", (event) => errors.push(event));
      element.start();
      await inPhase(element, "failed");
      expect(errors).to.have.length(1);
      expect(errors[0]).to.be.instanceOf(LoginErrorEvent);
      expect(errors[0]!.code).to.equal("temporarily_unavailable");
      expect(errors[0]!.cause).to.be.instanceOf(Error);
      expect(errors[0]!.bubbles).to.equal(false);
    });

    /** Presses through to a login that is answered so. */
    const refused = async (answer: () => Response, listen: (element: OneginiOtpLogin) => void) => {
      api.login = answer;
      const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
      listen(element);
      await inPhase(element, "pending");
      await until(() => api.watched === 1);
      api.say("approved");
      await inPhase(element, "failed");
      return element;
    };
    const banned = { code: "BANNED_USER", message: "You have been banned.", error_description: "Banned." };

    it("says what the site answered to a refused login, whose body can be read once more", async () => {
      const errors: LoginErrorEvent[] = [];
      await refused(
        () => LoginApi.json(banned, 403),
        (element) => element.addEventListener("error", (event) => errors.push(event)),
      );
      expect(errors.map(({ code, answer }) => [code, answer])).to.deep.equal([["login_refused", banned]]);
      const response = (errors[0]!.cause as Error).cause as Response;
      expect(response.status).to.equal(403);
      expect(await response.json()).to.deep.equal(banned);
    });

    it("has no answer to tell of if it was no JSON", async () => {
      const answers: unknown[] = [];
      const element = await refused(
        () => new Response("<h1>Forbidden", { status: 403 }),
        (element) => element.addEventListener("error", ({ answer }) => answers.push(answer)),
      );
      expect(answers).to.deep.equal([undefined]);
      expect(part(element, "message").textContent).to.equal("We couldn’t log you in");
      expect(part(element, "button").textContent.trim()).to.equal("Try again");
    });

    it("shows that the account cannot log in, without “Try again” and without a word of the answer", async () => {
      const element = await refused(
        () => LoginApi.json(banned, 403),
        () => undefined,
      );
      expect(part(element, "message").textContent).to.equal("This account can’t log in here");
      expect(part(element, "hint").textContent).to.equal("Please log in another way, or ask for help.");
      expect(parts(element, "button")).to.deep.equal([]);
      expect(element.shadowRoot!.textContent).not.to.match(/banned/i);
    });

    it("shows and announces the words that a listener of `error` sets, from the first frame on", async () => {
      const shown = new Set<string | null>();
      const element = await refused(
        () => LoginApi.json(banned, 403),
        (element) => {
          element.addEventListener("error", ({ answer }) => {
            if ((answer as typeof banned).code === "BANNED_USER")
              element.messages = { loginRefused: "You are blocked", loginRefusedHint: "Call 0800 1234." };
          });
          new MutationObserver(() => {
            for (const message of parts(element, "message")) shown.add(message.textContent);
          }).observe(element.shadowRoot!, { childList: true, characterData: true, subtree: true });
        },
      );
      expect([...shown]).to.deep.equal(["Accepted", "You are blocked"]);
      expect(part(element, "hint").textContent).to.equal("Call 0800 1234.");
      expect(part(element, "status").textContent).to.contain("You are blocked. Call 0800 1234.");
    });

    it("can be started again by listeners of its own events", async () => {
      const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
      await inPhase(element, "pending");
      await until(() => api.watched === 1);
      element.addEventListener("statechange", () => element.state === "denied" && element.start());
      api.say("denied");
      await until(() => api.calls.filter(({ path }) => path === "/otp-login").length === 2);
      await inPhase(element, "pending");
      expect(matching(element)).to.deep.equal(["pending"]);
    });
  });

  describe("its app link", () => {
    const link = (element: OneginiOtpLogin) => element.shadowRoot!.querySelector("a");

    // The runner's window is a desktop's with a mouse. The end-to-end tests have phones and tablets.
    it("is not offered if there is only a mouse", async () => {
      const element = put(`<onegini-otp-login endpoint="/otp-login" app-link="x:{otp}"></onegini-otp-login>`);
      await inPhase(element, "pending");
      expect(link(element) === null).to.equal(true);
      expect(part(element, "title").textContent).to.equal("Log in with your phone");
    });
  });

  it("shows another way to log in where a login has failed, but none that the page hides", async () => {
    for (const [attributes, count] of [
      ["", 1],
      ["hidden", 0],
      ['style="display: none"', 0],
    ] as const) {
      api.start = LoginApi.refusal("forbidden_origin", 403);
      const way = `<a slot="other-way" href="#" ${attributes}>Log in with a password</a>`;
      const element = put(`<onegini-otp-login>${way}</onegini-otp-login>`);
      await inPhase(element, "failed");
      expect(element.querySelector("a")!.getClientRects().length, attributes).to.equal(count);
      clear();
    }
  });

  it("can be twice in one page, with independent attempts", async () => {
    const first = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    const second = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await Promise.all([inPhase(first, "pending"), inPhase(second, "pending")]);
    first.cancel();
    await inPhase(first, "idle");
    expect(second.state).to.equal("pending");
    expect(second.shadowRoot!.querySelector("canvas") === null).to.equal(false);
  });

  it("puts the OTP only into the pixels of the code", async () => {
    const element = put(`<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`);
    await inPhase(element, "pending");
    expect(element.shadowRoot!.innerHTML + element.outerHTML).not.to.contain(otp);
  });
});
