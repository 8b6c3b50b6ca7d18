import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const source = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

interface WithAxe {
  axe: { run: (options: RunOptions) => Promise<AxeResults> };
}

/** Rules that axe leaves out unless it is asked: WCAG 2.2's target size, and what it calls experimental. */
const alsoRun = ["target-size", "label-content-name-mismatch", "focus-order-semantics"];
const options: RunOptions = {
  resultTypes: ["violations", "incomplete"],
  rules: Object.fromEntries(alsoRun.map((rule) => [rule, { enabled: true }])),
};

export async function loadAxe(page: Page): Promise<void> {
  await page.evaluate(source);
}

/** What axe found on a whole page. */
export interface Findings {
  /** A line each: the rule, what it is about, and why. */
  violations: string[];
  /** The same of what axe cannot tell, and leaves to a person. */
  undecided: string[];
  /** The rules that ran. */
  rules: string[];
}

export async function runAxe(page: Page): Promise<Findings> {
  const { violations, incomplete, passes, inapplicable } = await page.evaluate(
    (given) => (globalThis as unknown as WithAxe).axe.run(given),
    options,
  );
  const lines = (results: AxeResults["violations"]) =>
    results.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`),
    );
  return {
    violations: lines(violations),
    undecided: lines(incomplete),
    rules: [violations, incomplete, passes, inapplicable].flat().map(({ id }) => id),
  };
}
