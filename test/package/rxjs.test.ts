import assert from "node:assert/strict";
import { test } from "node:test";
import type * as Rxjs from "rxjs";
import { build } from "vite";
import { trimRxjs } from "../../build/trim-rxjs.js";

/** rxjs as the package's build puts it into the element. */
async function trimmed(): Promise<typeof Rxjs> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    plugins: [trimRxjs()],
    build: {
      write: false,
      minify: false,
      lib: { entry: "node_modules/rxjs/dist/esm/index.js", formats: ["es"] },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  assert.ok(output && "output" in output);
  const { code } = output.output[0];
  assert.doesNotMatch(code, /from\s*"|import\s*"/);
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as typeof Rxjs;
}

test("the trimmed rxjs takes what the element gives it, and nothing else", async () => {
  const { defer, firstValueFrom, from, of } = await trimmed();
  for (const input of [Promise.resolve("a"), ["a"], of("a"), new Set("a")])
    assert.equal(await firstValueFrom(from(input)), "a");
  async function* generator() {
    yield Promise.resolve("a");
  }
  for (const input of [generator(), new ReadableStream<string>()])
    await assert.rejects(firstValueFrom(defer(() => input)), TypeError);
});
