import type { OneginiOtpLogin } from "onegini-otp-login";
import { defineComponent, h, onMounted, onUnmounted, ref } from "vue";
import type { Transaction } from "../../../demo/client/phone/sdk.js";
import { DemoPhone, paintedPhone } from "./demo-phone.js";
import { firstCode } from "./first-code.js";
import { StandIn } from "./stand-in.js";

const endpoint = "/stand-in/otp-login";

/** How long the phone shows the picture of the code, and how long its answer is on its way. */
const scanMs = 1_000;
const answerMs = 400;

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * The card as it is with the first code, as HTML with a shadow root that the browser's parser attaches: so it is painted at
 * once, in the reader's font and colours, before any script. Only the server needs it. `npm run docs` writes it.
 */
const paintedCard = import.meta.env.SSR
  ? Object.values(
      import.meta.glob<string>("../../gallery/card.html", { eager: true, query: "?raw", import: "default" }),
    )[0]
  : undefined;

const phoneHtml = `<div class="demo-phone">${import.meta.env.SSR ? paintedPhone() : ""}</div>`;

/** What the Token Server sends to the phone. */
const messageWith = (number: string): string =>
  `Log in to Demo Bank on the web. It may ask for ${number}: type it only there. ` +
  "Device: Windows 10 Chrome 140.0, Location: NL, Provincie Utrecht, Utrecht";

/** The whole way: the live element, and the demo's phone, on which the visitor scans its code and accepts. */
export const LoginStage = defineComponent({
  setup() {
    const element = ref<OneginiOtpLogin>();
    const phoneBox = ref<HTMLElement>();
    let standIn: StandIn;
    let phone: DemoPhone;
    /** What the phone asks, until it is answered. */
    let transaction: Transaction | undefined;
    /** Aborts the scan or the answer that is on its way. */
    let current = new AbortController();

    function begin(): AbortSignal {
      current.abort();
      current = new AbortController();
      return current.signal;
    }

    function goHome(): void {
      begin();
      phone.show({ name: "home" });
    }

    async function scan(): Promise<void> {
      const signal = begin();
      const card = element.value!;
      phone.show({ name: "scanning", source: "page" });
      if (card.state !== "pending") card.start();
      while (card.state !== "pending" && !signal.aborted) await wait(50);
      await card.updateComplete;
      const code = card.shadowRoot!.querySelector("canvas");
      if (code) phone.see(code);
      await wait(scanMs);
      if (signal.aborted) return;
      standIn.number = String(1_000 + Math.floor(Math.random() * 9_000));
      transaction = { id: "", message: messageWith(standIn.number) };
      standIn.tell("scanned");
      phone.show({ name: "confirm", transaction, answering: false, canGoBack: false });
    }

    async function answer(accept: boolean): Promise<void> {
      if (!transaction) return;
      const answered = transaction;
      transaction = undefined;
      const signal = begin();
      phone.show({ name: "confirm", transaction: answered, answering: true, canGoBack: false });
      await wait(answerMs);
      if (signal.aborted) return;
      standIn.tell(accept ? "number" : "denied");
      phone.show(
        accept ? { name: "accepted", transaction: answered } : { name: "declined", canGoBack: false },
      );
    }

    /** After the login both begin again. */
    function finish(): void {
      goHome();
      if (element.value!.state === "completed") element.value!.start();
    }

    /** A new code is for a new login. */
    function followCard(): void {
      if (element.value?.state !== "requesting") return;
      standIn.scene = "pending";
      if (phone.screen !== "scanning") goHome();
    }

    onMounted(async () => {
      standIn = new StandIn(endpoint);
      phone = new DemoPhone(phoneBox.value!.querySelector<HTMLElement>(".demo-phone")!, {
        scan: () => void scan(),
        close: goHome,
        answer: (accept) => void answer(accept),
        finish,
      });
      goHome();
      // Only in the browser, and after the stand-in: the element starts as soon as it is defined. `config.ts` makes this
      // name an alias of `src/define.ts`.
      await import("onegini-otp-login/define");
    });
    onUnmounted(() => {
      current.abort();
      standIn.remove();
    });

    return () =>
      h("div", { class: "login-stage" }, [
        h(
          "onegini-otp-login",
          {
            ref: element,
            endpoint,
            attempt: firstCode.attempt,
            otp: firstCode.otp,
            "expires-in": firstCode.expiresIn,
            digits: firstCode.digits,
            onStatechange: followCard,
            onLogin: (event: Event) => event.preventDefault(),
          },
          // The upgraded element shows no child without a slot. Nothing in it can be used before.
          [h("div", { inert: true, innerHTML: paintedCard ?? "" })],
        ),
        h("div", { ref: phoneBox, innerHTML: phoneHtml }),
      ]);
  },
});
