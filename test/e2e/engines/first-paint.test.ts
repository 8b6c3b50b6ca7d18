import { describe, test } from "node:test";
import { wantedEngines } from "../../../scripts/find-engines.js";
import { startEngine } from "../../support/engines/engine.js";
import { firstPaintSite, styleRules } from "../../support/sites/first-paint-site.js";
import { until } from "../../support/until.js";

describe("The server's picture of the code in each engine", () => {
  for (const name of wantedEngines())
    test(`has the centre of the element's code at each size of the page's font: ${name}`, async (t) => {
      const where = await firstPaintSite(t);
      const engine = await startEngine(name);
      t.after(() => engine.close());
      await engine.open(where.page("begin"));
      const isShown = () =>
        !!document.querySelector("onegini-otp-login")?.shadowRoot?.querySelector("canvas");
      await until(() => engine.run(isShown), "the code");
      for (const font of [14, 16, 18, 20, 24])
        for (const width of [300, 360]) {
          // The element paints the code again after the next layout.
          await until(async () => {
            const moved = await engine.run(measure, styleRules, font, width);
            return moved.every((each) => each <= 0.5);
          }, `the same centre at ${font} px, ${width} px wide`);
        }
    });
});

/** How far the picture in an element before its upgrade is from the code in one after it. */
function measure(rules: string, font: number, width: number): number[] {
  const login = document.querySelector("onegini-otp-login")!;
  const svg = login.querySelector("svg") ?? document.querySelector("svg")!;
  const before = document.querySelector("x-before") ?? document.createElement("x-before");
  before.append(svg);
  document.body.append(before);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules.replaceAll("onegini-otp-login", "x-before"));
  document.adoptedStyleSheets = [sheet];
  document.documentElement.style.fontSize = `${font}px`;
  document.body.style.width = `${width}px`;
  Object.assign(login.shadowRoot!.querySelector("#title")!.firstElementChild!, { textContent: "Log in" });
  const [one, other] = [
    [svg.querySelector("svg")!.querySelector("g")!, before],
    [login.shadowRoot!.querySelector("canvas")!, login],
  ].map(([part, whole]) => {
    const [inner, outer] = [part!.getBoundingClientRect(), whole!.getBoundingClientRect()];
    return [inner.left + inner.width / 2 - outer.left, inner.top + inner.height / 2 - outer.top];
  });
  return one!.map((each, at) => Math.abs(each - other![at]!));
}
