import type { OneginiOtpLogin } from "../../../../src/index.js";
import type { Simulation } from "./simulated-page.js";

/** Where an element is put, round after round. */
export type Place = "body" | "same element" | "shadow roots" | "dialog" | "three at once";

/**
 * Attaches and detaches elements; runs in the page. In three rounds of four the code is drawn and the stream is open
 * when the element goes, in the fourth its start is under way.
 */
export async function attachAndDetach([rounds, place]: readonly [number, Place]): Promise<void> {
  const { simulation } = globalThis as unknown as { simulation: Simulation };
  const globals = globalThis as unknown as { kept?: OneginiOtpLogin };
  const create = () => document.createElement("onegini-otp-login");

  /** Puts elements into the page. What it returns takes them out. */
  function attach(): [elements: OneginiOtpLogin[], detach: () => void] {
    switch (place) {
      case "body": {
        const element = create();
        document.body.append(element);
        return [[element], () => element.remove()];
      }
      case "same element": {
        const element = (globals.kept ??= create());
        document.body.append(element);
        return [[element], () => element.remove()];
      }
      case "shadow roots": {
        const [outer, inner, element] = [
          document.createElement("div"),
          document.createElement("div"),
          create(),
        ];
        outer.attachShadow({ mode: "open" }).append(inner);
        inner.attachShadow({ mode: "closed" }).append(element);
        document.body.append(outer);
        return [[element], () => outer.remove()];
      }
      case "dialog": {
        const [dialog, element] = [document.createElement("dialog"), create()];
        dialog.append(element);
        document.body.append(dialog);
        dialog.showModal();
        const detach = () => {
          // The code may be large: a dialog on top of the dialog.
          element.shadowRoot?.querySelector<HTMLElement>(".enlarge")?.click();
          dialog.close();
          dialog.remove();
        };
        return [[element], detach];
      }
      case "three at once": {
        const elements = [create(), create(), create()];
        // One upon the other, so that each is seen.
        for (const { style } of elements) Object.assign(style, { position: "fixed", top: 0 });
        document.body.append(...elements);
        return [elements, () => document.body.replaceChildren()];
      }
      default:
        return place satisfies never;
    }
  }

  const reach = async (elements: OneginiOtpLogin[], phase: string) => {
    while (elements.some(({ state }) => state !== phase)) await simulation.run(0, 0);
    await Promise.all(elements.map(({ updateComplete }) => updateComplete));
  };
  for (let round = 0; round < rounds; round++) {
    const [elements, detach] = attach();
    await Promise.all(elements.map(({ updateComplete }) => updateComplete));
    if (round % 4 < 3) await reach(elements, "pending");
    detach();
    await simulation.run(10, 0);
    await reach(elements, "idle");
  }
  delete globals.kept;
}

/** Hides the page for 40 s, in which the element lets its stream go, and shows it again; runs in the page. */
export async function hideAndShow(rounds: number): Promise<void> {
  const { simulation } = globalThis as unknown as { simulation: Simulation };
  const become = (visibilityState: DocumentVisibilityState): void => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => visibilityState });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  for (let round = 0; round < rounds; round++) {
    become("hidden");
    await simulation.run(40_000, 0);
    become("visible");
    await simulation.run(5_000, 0);
  }
}
