import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { before, describe, test } from "node:test";

/** What editors and generators read about the element. */

interface Named {
  name: string;
}
interface Manifest {
  modules: {
    path: string;
    declarations: (Named & {
      tagName?: string;
      members: (Named & { kind: string })[];
      attributes: (Named & { fieldName: string; default?: string })[];
      events: (Named & { type: { text: string } })[];
      cssParts: Named[];
      cssProperties: Named[];
      cssStates: Named[];
      superclass?: { module?: string };
    })[];
    exports: (Named & { kind: string; declaration: Named & { module: string } })[];
  }[];
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const namesOf = (list: Named[]): string[] => list.map(({ name }) => name);
const load = (path: string) => import(pathToFileURL(path).href) as Promise<Record<string, unknown>>;

const tag = "onegini-otp-login";
const { modules } = read("custom-elements.json") as Manifest;
const element = modules.flatMap(({ declarations }) => declarations).find(({ tagName }) => tagName === tag)!;

describe("the manifest", () => {
  let attributes: string[];
  before(async () => {
    const { OneginiOtpLogin } = await load("dist/index.js");
    attributes = (OneginiOtpLogin as { observedAttributes: string[] }).observedAttributes;
  });

  test("names the element by its tag", () => {
    const definitions = modules
      .flatMap(({ exports }) => exports)
      .filter(({ kind }) => kind === "custom-element-definition");
    assert.deepEqual(namesOf(definitions), [tag]);
    assert.equal(element.name, "OneginiOtpLogin");
  });

  test("has the three events with their classes", () => {
    assert.deepEqual(
      element.events.map(({ name, type }) => [name, type.text]),
      [
        ["login", "LoginEvent"],
        ["statechange", "StateChangeEvent"],
        ["error", "LoginErrorEvent"],
      ],
    );
  });

  test("has the attributes that the element observes, and their properties", () => {
    assert.deepEqual(namesOf(element.attributes).sort(), [...attributes].sort());
    for (const { name, fieldName } of element.attributes)
      assert.equal(
        fieldName.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        name,
      );
    assert.equal(element.attributes.find(({ name }) => name === "renewals")?.default, "5");
  });

  test("lists as members what a page can use", () => {
    const own = ["messages", "state", "start", "cancel"];
    const expected = [...element.attributes.map(({ fieldName }) => fieldName), ...own];
    assert.deepEqual(namesOf(element.members).sort(), expected.sort());
  });

  test("points at files of the package, which export what it says", async () => {
    for (const { path, exports } of modules) {
      assert.match(path, /^dist\/.*\.js$/);
      const exported = await load(path);
      for (const { kind, name, declaration } of exports) {
        if (kind === "js") assert.ok(name in exported, `${path} exports ${name}`);
        assert.ok(
          declaration.name in (await load(declaration.module)),
          `${name} is in ${declaration.module}`,
        );
      }
    }
  });

  test("calls no class of the DOM its own", () => {
    for (const { superclass } of modules.flatMap(({ declarations }) => declarations))
      assert.equal(superclass?.module, undefined);
  });
});

describe("the editors' data", () => {
  const attributes = namesOf(element.attributes);
  const events = namesOf(element.events);
  const properties = namesOf(element.cssProperties);
  const parts = namesOf(element.cssParts);

  test("for VS Code's HTML names the tag, its attributes, events and parts", () => {
    const { tags } = read("dist/vscode.html-custom-data.json") as {
      tags: (Named & { description: string; attributes: Named[] })[];
    };
    assert.deepEqual(namesOf(tags), [tag]);
    assert.deepEqual(namesOf(tags[0]!.attributes), attributes);
    for (const name of [...events, ...parts])
      assert.match(tags[0]!.description, new RegExp(`\\*\\*${name}\\*\\*`));
    assert.doesNotMatch(tags[0]!.description, /undefined/);
  });

  test("for VS Code's CSS names properties and parts", () => {
    const data = read("dist/vscode.css-custom-data.json") as { properties: Named[]; pseudoElements: Named[] };
    assert.deepEqual(namesOf(data.properties), properties);
    assert.deepEqual(
      namesOf(data.pseudoElements),
      parts.map((part) => `::part(${part})`),
    );
  });

  test("for JetBrains' editors is named in package.json and has all names", () => {
    const { "web-types": path, version } = read("package.json") as Record<string, string>;
    const data = read(path!) as {
      name: string;
      version: string;
      contributions: {
        html: {
          elements: (Named & {
            attributes: Named[];
            events: Named[];
            js: { properties: Named[]; events: Named[] };
          })[];
        };
        css: { properties: Named[]; "pseudo-elements": Named[] };
      };
    };
    assert.deepEqual([data.name, data.version], [tag, version]);
    const { html, css } = data.contributions;
    assert.deepEqual(namesOf(html.elements), [tag]);
    const [{ js, ...markup }] = html.elements as [(typeof html.elements)[0]];
    assert.ok(!("doc-url" in markup), "An editor would link to nothing.");
    assert.deepEqual(namesOf(markup.attributes), attributes);
    assert.deepEqual([namesOf(markup.events), namesOf(js.events)], [events, events]);
    const fields = namesOf(element.members.filter(({ kind }) => kind === "field"));
    assert.deepEqual(namesOf(js.properties), fields);
    assert.deepEqual(namesOf(css.properties), properties);
    assert.deepEqual(
      namesOf(css["pseudo-elements"]),
      parts.map((part) => `part(${part})`),
    );
  });
});
