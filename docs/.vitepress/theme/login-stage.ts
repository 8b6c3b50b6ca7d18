import type { OneginiOtpLogin } from "onegini-otp-login";
import { defineComponent, h, onMounted, onUnmounted, ref } from "vue";
import { firstCode } from "./first-code.js";
import { StandIn, type Scene } from "./stand-in.js";

const shown = [
  "idle",
  "requesting",
  "pending",
  "scanned",
  "reconnecting",
  "approved",
  "number",
  "completed",
  "denied",
  "expired",
  "failed",
] as const satisfies (Scene | "idle")[];

/** What a person sees within another phase. */
const within: Partial<Record<Scene, OneginiOtpLogin["state"]>> = {
  scanned: "pending",
  reconnecting: "pending",
  number: "approved",
};

const endpoint = "/stand-in/otp-login";

/**
 * The card as it is with the first code, as HTML with a shadow root that the browser's parser attaches: so it is painted at
 * once, in the reader's font and colours, before any script. Only the server needs it. `npm run docs` writes it.
 */
const paintedCard = import.meta.env.SSR
  ? Object.values(
      import.meta.glob<string>("../../gallery/card.html", { eager: true, query: "?raw", import: "default" }),
    )[0]
  : undefined;

/** The live element, with a button for each phase. */
export const LoginStage = defineComponent({
  setup() {
    const element = ref<OneginiOtpLogin>();
    // The painted card shows the code.
    const now = ref<string | undefined>("pending");
    let standIn: StandIn | undefined;

    const update = (): void => {
      const state = element.value?.state;
      const scene = standIn?.scene;
      now.value = scene && within[scene] === state ? scene : state;
    };

    function show(wanted: (typeof shown)[number]): void {
      if (wanted !== "idle" && standIn) standIn.scene = wanted;
      if (wanted === "idle") element.value?.cancel();
      else element.value?.start();
      update();
    }

    onMounted(async () => {
      standIn = new StandIn(endpoint);
      // Only in the browser, and after the stand-in: the element starts as soon as it is defined. `config.ts` makes this
      // name an alias of `src/define.ts`.
      await import("onegini-otp-login/define");
      update();
    });
    onUnmounted(() => standIn?.remove());

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
            onStatechange: update,
            onLogin: (event: Event) => event.preventDefault(),
          },
          // The upgraded element shows no child without a slot. Nothing in it can be used before.
          [h("div", { inert: true, innerHTML: paintedCard ?? "" })],
        ),
        h("div", { role: "group", "aria-label": "Phase" }, [
          ...shown.map((phase) =>
            h(
              "button",
              { type: "button", "aria-pressed": now.value === phase, onClick: () => show(phase) },
              phase,
            ),
          ),
        ]),
        h("p", [
          "The live element. A stand-in for the backend plays its phases in this page: ",
          "no Token Server is called, and nobody can log in with this code.",
        ]),
      ]);
  },
});
