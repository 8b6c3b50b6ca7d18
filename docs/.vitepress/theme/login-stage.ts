import type { OneginiOtpLogin } from "onegini-otp-login";
import { defineComponent, h, onMounted, onUnmounted, ref } from "vue";
import { StandIn, type Scene } from "./stand-in.js";

const shown = [
  "idle",
  "requesting",
  "pending",
  "scanned",
  "reconnecting",
  "approved",
  "completed",
  "denied",
  "expired",
  "failed",
] as const satisfies (Scene | "idle")[];

const endpoint = "/stand-in/otp-login";

/** The live element, with a button for each phase. */
export const LoginStage = defineComponent({
  setup() {
    const element = ref<OneginiOtpLogin>();
    const now = ref<string>();
    let standIn: StandIn | undefined;

    /** "Scanned" and "reconnecting" are the phase `pending` too. */
    const update = (): void => {
      const state = element.value?.state;
      const scene = standIn?.scene;
      now.value = state === "pending" && (scene === "scanned" || scene === "reconnecting") ? scene : state;
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
        h("onegini-otp-login", {
          ref: element,
          endpoint,
          onStatechange: update,
          onLogin: (event: Event) => event.preventDefault(),
        }),
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
