import assert from "node:assert/strict";
import { compileFunction } from "node:vm";
import type { JSHandle, Page, Response as PageResponse } from "playwright-core";
import { until } from "../../support/until.js";

/** A step of a chain: gets the subject of the one before. */
type Step = (subject: unknown) => unknown;

/** What `cy.request` yields, and an intercepted call. */
interface Answer {
  body: unknown;
  status: number;
}

/** A link of a chain of commands. Its `then` is Cypress', not a promise's. */
interface Chainable {
  then: (step: Step) => Chainable;
  its: (path: string) => Chainable;
  as: (alias: string) => Chainable;
  shadow: () => Chainable;
  find: (selector: string) => Chainable;
  type: (text: string) => Chainable;
  should: (assertion: string, expected: unknown) => Chainable;
}

const isChainable = (value: unknown): value is Chainable & { subject: () => unknown } =>
  typeof value === "object" && value !== null && "its" in value;

/**
 * Runs what is written for Cypress, with a page of Playwright: the commands of docs/testing.md alone, in the order in which
 * Cypress runs them. It is not Cypress: it shows that the calls of a listing log in.
 */
export class StandInCypress {
  passed = 0;
  readonly #page: Page;
  readonly #own: Record<string, (...args: never[]) => void> = {};
  readonly #calls = new Map<string, Promise<PageResponse>>();
  /** The commands that wait. Those of a callback run before the ones that follow it. */
  #queue: (() => Promise<void>)[] = [];

  constructor(page: Page) {
    this.#page = page;
  }

  /** Loads a file. Returns what runs the tests that it has. */
  load(code: string): () => Promise<void> {
    const tests: (() => void)[] = [];
    const Cypress = {
      Commands: { add: (name: string, own: () => void) => (this.#own[name] = own) },
    };
    const file = compileFunction(code, ["Cypress", "cy", "it"]) as (...names: unknown[]) => void;
    file(Cypress, { ...this.#commands, ...this.#own }, (_title: string, body: () => void) =>
      tests.push(body),
    );
    return async () => {
      for (const body of tests) {
        body();
        await this.#runQueue();
        this.passed += 1;
      }
    };
  }

  readonly #commands = {
    request: (method: string, url: string, body: object) =>
      this.#chain(async (): Promise<Answer> => {
        const headers = { "content-type": "application/json" };
        const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
        const text = await answer.text();
        assert.ok(answer.ok, `${method} ${url}: ${answer.status} ${text}`);
        return { status: answer.status, body: text === "" ? "" : (JSON.parse(text) as unknown) };
      }),
    intercept: (method: string, path: string) =>
      this.#chain(() => {
        const call = this.#page.waitForResponse(
          (answer) => answer.request().method() === method && new URL(answer.url()).pathname === path,
          { timeout: 0 },
        );
        // The page closes without the call.
        call.catch(() => undefined);
        return { call };
      }),
    visit: (path: string) => this.#chain(() => this.#page.goto(path)),
    wait: (alias: string) =>
      this.#chain(async () => {
        const answer = await this.#calls.get(alias.replace(/^@/, ""));
        return { response: { statusCode: answer?.status(), body: (await answer?.json()) as unknown } };
      }),
    get: (selector: string) =>
      this.#chain(async () => {
        const found = await this.#found(await this.#page.evaluateHandle(() => document), selector);
        const attributes = await found.evaluate((element) =>
          Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
        );
        return { found, attr: (name: string) => attributes[name] };
      }),
    location: (part: "pathname") => this.#chain(() => () => new URL(this.#page.url())[part]),
    wrap: (value: unknown) => this.#chain(() => value),
    contains: (text: string) => this.#chain(() => this.#page.getByText(text).waitFor()),
  };

  /** Adds a command whose subject is that of the commands before it. */
  #chain(step: Step, before: () => unknown = () => undefined): Chainable {
    let subject: unknown;
    this.#queue.push(async () => {
      const later = this.#queue;
      this.#queue = [];
      const result = step(before());
      // Not awaited if it is a chain: that has a `then` of its own.
      if (!isChainable(result)) subject = await result;
      await this.#runQueue();
      if (isChainable(result)) subject = result.subject();
      this.#queue = later;
    });
    const get = (): unknown => subject;
    const chain = {
      subject: get,
      then: (next: Step) => this.#chain(next, get),
      its: (path: string) =>
        this.#chain(
          (value) =>
            path.split(".").reduce((object, name) => (object as Record<string, unknown>)[name], value),
          get,
        ),
      as: (alias: string) =>
        this.#chain((value) => {
          this.#calls.set(alias, (value as { call: Promise<PageResponse> }).call);
        }, get),
      shadow: () =>
        this.#chain(
          async (value) => ({
            root: await (value as { found: JSHandle<Element> }).found.evaluateHandle(
              (host) => host.shadowRoot!,
            ),
          }),
          get,
        ),
      find: (selector: string) =>
        this.#chain(
          async (value) => ({
            found: await this.#found((value as { root: JSHandle<ParentNode> }).root, selector),
          }),
          get,
        ),
      type: (text: string) =>
        this.#chain(async (value) => {
          const field = (value as { found: JSHandle<Element> }).found.asElement();
          await field.fill(text.replace("{enter}", ""));
          await field.press("Enter");
        }, get),
      should: (assertion: string, expected: unknown) => {
        assert.equal(assertion, "eq");
        return this.#chain(
          (value) => until(() => (value as () => unknown)() === expected, String(expected)),
          get,
        );
      },
    };
    return chain;
  }

  /** Waits for an element. Unlike a locator it does not look into shadow roots, as Cypress does not. */
  async #found(root: JSHandle<ParentNode>, selector: string): Promise<JSHandle<Element>> {
    const found = await this.#page.waitForFunction(([within, wanted]) => within.querySelector(wanted), [
      root,
      selector,
    ] as const);
    return found as JSHandle<Element>;
  }

  async #runQueue(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) await next();
  }
}
