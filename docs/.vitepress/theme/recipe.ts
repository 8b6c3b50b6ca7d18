import type { OneginiOtpLogin } from "onegini-otp-login";
import { useData } from "vitepress";
import { defineComponent, h, nextTick, onMounted, onUnmounted, ref, watch, type VNode } from "vue";
import type * as CardContrast from "../../../demo/client/card-contrast.js";
import type { Figure, PairContrast } from "../../../demo/client/card-contrast.js";
import type { Scheme } from "../../../demo/client/contrast.js";
import { remarksOn } from "./remarks.js";
import { StandIn, type Scene } from "./stand-in.js";

const schemes = ["light", "dark"] as const;
const scenes = { code: "pending", scanned: "scanned", message: "denied" } as const satisfies Record<
  string,
  Scene
>;

/**
 * The document of the example. It is a frame so that the reader's CSS reaches nothing else, and its policy allows style sheets
 * that are written into it, and no request.
 */
const frameHtml = `<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
  :root { font: 16px/1.5 system-ui, sans-serif; background: light-dark(#eef1f5, #0d0f13) }
  body { display: grid; justify-items: center; margin: 12px }
</style><style id="scheme"></style><style id="recipe"></style><body>`;

/** Below this width an editor and a frame would fill the window, and take the finger that scrolls the page. */
const narrow = "(max-width: 767px)";

/** A listing of CSS that becomes an editor, with the element beside it that follows; on a phone when the reader asks for it. */
export const Recipe = defineComponent({
  props: { name: { type: String, required: true } },
  setup({ name }, { slots }) {
    const { isDark } = useData();
    const listing = ref<HTMLElement>();
    const frame = ref<HTMLIFrameElement>();
    /** Undefined until the page's scripts run. */
    const css = ref<string>();
    const isOpen = ref(false);
    const opener = ref<HTMLButtonElement>();
    const scheme = ref<Scheme>("light");
    const scene = ref<keyof typeof scenes>("code");
    const contrasts = ref<PairContrast[]>([]);
    const remarks = ref<string[]>([]);
    const isCopied = ref(false);
    let original = "";
    let element: OneginiOtpLogin | undefined;
    let standIn: StandIn | undefined;
    let cardContrasts: typeof CardContrast.cardContrasts | undefined;

    const write = (id: string, text: string): void => {
      frame.value!.contentDocument!.getElementById(id)!.textContent = text;
    };

    function update(): void {
      if (!element || !cardContrasts) return;
      const { contentDocument: document, contentWindow: window } = frame.value!;
      const page = [document!.documentElement, document!.body];
      write("recipe", css.value!);
      remarks.value = remarksOn((document!.getElementById("recipe") as HTMLStyleElement).sheet!);
      contrasts.value = cardContrasts(element, (each) => {
        write("scheme", `:root { color-scheme: ${each} }`);
        return page.map((box) => window!.getComputedStyle(box).backgroundColor);
      });
      write("scheme", `:root { color-scheme: ${scheme.value} }`);
      // The ring takes its corners from the style when it is drawn.
      element.requestUpdate();
    }

    /** Puts the element into the frame, whose own scripts may not run. */
    async function fill(): Promise<void> {
      standIn ??= new StandIn(`/stand-in/${encodeURIComponent(name)}/otp-login`);
      element = document.createElement("onegini-otp-login");
      element.endpoint = standIn.endpoint;
      // So that a screen reader's list of regions tells the cards apart.
      element.messages = { title: `Log in: ${name}` };
      element.addEventListener("login", (event) => event.preventDefault());
      // After "Try again" in the card the stand-in plays the code.
      element.addEventListener("statechange", () => {
        if (element?.state === "pending" && standIn?.scene === "pending") scene.value = "code";
      });
      frame.value!.contentDocument!.body.append(element);
      await element.updateComplete;
      // The reader may have left the page, or closed the recipe.
      if (frame.value) update();
    }

    function show(wanted: keyof typeof scenes): void {
      scene.value = wanted;
      standIn!.scene = scenes[wanted];
      element?.start();
    }

    async function toggle(): Promise<void> {
      isOpen.value = !isOpen.value;
      if (!isOpen.value) {
        element = undefined;
        scene.value = "code";
        standIn!.scene = scenes.code;
      }
      await nextTick();
      opener.value!.scrollIntoView({ block: "nearest" });
    }

    async function copy(): Promise<void> {
      await navigator.clipboard.writeText(css.value!);
      isCopied.value = true;
      setTimeout(() => (isCopied.value = false), 2_000);
    }

    onMounted(async () => {
      original = listing.value!.querySelector("code")!.textContent;
      [{ cardContrasts }] = await Promise.all([
        import("../../../demo/client/card-contrast.js"),
        import("onegini-otp-login/define"),
      ]);
      css.value = original;
      isOpen.value = !matchMedia(narrow).matches;
    });
    onUnmounted(() => standIn?.remove());
    watch(isDark, (dark) => (scheme.value = dark ? "dark" : "light"), { immediate: true });
    watch([css, scheme], () => void nextTick(update));

    const choice = <T extends string>(
      label: string,
      all: readonly T[],
      now: T,
      choose: (one: T) => void,
    ): VNode =>
      h(
        "div",
        { role: "group", "aria-label": label },
        all.map((one) =>
          h("button", { type: "button", "aria-pressed": now === one, onClick: () => choose(one) }, one),
        ),
      );

    const cell = (figure: Figure | undefined): VNode => {
      if (!figure) return h("td", { class: "low" }, "no colour");
      const { text, isLow } = figure;
      return h("td", { class: isLow ? "low" : undefined }, `${text} ${isLow ? "too low" : "✓"}`);
    };

    const contrastTable = (): VNode =>
      h("table", [
        h("thead", [
          h("tr", [
            h("th", { scope: "col" }, "contrast"),
            ...schemes.map((each) => h("th", { scope: "col" }, each)),
          ]),
        ]),
        h(
          "tbody",
          contrasts.value.map(({ text, ground, figures }) =>
            h("tr", [
              h("th", { scope: "row" }, `${text} on ${ground}`),
              ...schemes.map((each) => cell(figures[each])),
            ]),
          ),
        ),
      ]);

    // The listing stays, hidden: Vue cannot remove what VitePress has left out of the page's script because it never changes.
    return () => {
      const label = isOpen.value ? "Close" : "Try it";
      return h("div", { class: "recipe" }, [
        h("div", { ref: listing, hidden: isOpen.value }, slots["default"]?.()),
        css.value !== undefined &&
          h(
            "button",
            {
              ref: opener,
              type: "button",
              class: ["recipe-opener", isOpen.value && "is-open"],
              "aria-label": `${label}: ${name}`,
              onClick: toggle,
            },
            label,
          ),
        isOpen.value && [
          h("div", { class: "recipe-card" }, [
            h("div", { class: "recipe-tools" }, [
              choice("Colour scheme", schemes, scheme.value, (one) => (scheme.value = one)),
              choice("Phase", Object.keys(scenes) as (keyof typeof scenes)[], scene.value, show),
            ]),
            h("iframe", {
              ref: frame,
              title: `${name}: the card with this CSS`,
              srcdoc: frameHtml,
              onLoad: fill,
            }),
          ]),
          h("div", { class: "recipe-css" }, [
            h("div", { class: "recipe-tools" }, [
              h("button", { type: "button", onClick: copy }, isCopied.value ? "Copied" : "Copy CSS"),
              h(
                "button",
                {
                  type: "button",
                  disabled: css.value === original,
                  onClick: () => (css.value = original),
                },
                "Reset",
              ),
            ]),
            h("textarea", {
              "aria-label": `CSS: ${name}`,
              spellcheck: false,
              autocomplete: "off",
              autocapitalize: "off",
              rows: original.split("\n").length,
              value: css.value,
              onInput: (event: Event) => (css.value = (event.target as HTMLTextAreaElement).value),
            }),
            contrastTable(),
            remarks.value.map((remark) => h("p", { class: "low" }, remark)),
          ]),
        ],
      ]);
    };
  },
});
