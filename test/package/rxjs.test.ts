import assert from "node:assert/strict";
import { test } from "node:test";
import * as whole from "rxjs";
import { build } from "vite";
import { trimRxjs } from "../../build/trim-rxjs.js";

/** rxjs as the package's build puts it into the element. */
async function trimmed(): Promise<typeof whole> {
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
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as typeof whole;
}

test("the trimmed rxjs takes what the element gives it, and nothing else", async () => {
  const { defer, firstValueFrom, from, of } = await trimmed();
  for (const input of [Promise.resolve("a"), ["a"], of("a"), new Set("a")])
    assert.equal(await firstValueFrom(from(input)), "a");
  await assert.rejects(firstValueFrom(defer(() => Promise.reject(new RangeError("r")))), RangeError);
  async function* generator() {
    yield Promise.resolve("a");
  }
  for (const input of [generator(), new ReadableStream<string>()])
    await assert.rejects(firstValueFrom(defer(() => input)), TypeError);
});

/** What is heard, in order, of subjects that are used as the element uses them. */
async function heardWith(rxjs: typeof whole): Promise<unknown[]> {
  const { BehaviorSubject, concat, EMPTY, merge, of, Subject, switchMap, take, takeUntil, timer } = rxjs;
  const heard: unknown[] = [];
  const hear = (name: string) => ({
    next: (value: unknown) => heard.push([name, value]),
    error: (error: unknown) => heard.push([name, "error", String(error)]),
    complete: () => heard.push([name, "complete"]),
  });
  const commands = new Subject<number>();
  const state = new BehaviorSubject("first");
  const end = new Subject<void>();
  const late: whole.Subscription[] = [];
  commands.subscribe((value) => {
    // Who subscribes or leaves during a value.
    if (value === 2) late.push(commands.subscribe(hear("late")));
    if (value === 4) late[0]!.unsubscribe();
  });
  commands
    .pipe(switchMap((value) => (value === 3 ? EMPTY : concat(of(value), Promise.resolve(-value)))))
    .subscribe(hear("switched"));
  merge(commands, state).pipe(takeUntil(end)).subscribe(hear("merged"));
  commands.pipe(take(2)).subscribe(hear("taken"));
  state.subscribe((value) => {
    if (value === "second") state.next("third");
  });
  for (const value of [1, 2, 3, 4, 5]) {
    commands.next(value);
    await Promise.resolve();
  }
  state.next("second");
  heard.push(state.value);
  state.subscribe(hear("new"));
  end.next();
  state.next("unheard");
  await rxjs.firstValueFrom(timer(1));
  const broken = new rxjs.Observable(() => () => {
    throw new Error("a teardown");
  });
  try {
    merge(broken, broken).subscribe().unsubscribe();
  } catch (error) {
    heard.push((error as AggregateError).errors.length);
  }
  return heard;
}

test("the trimmed rxjs says the same in the same order as the whole one", async () => {
  const heard = await heardWith(await trimmed());
  assert.deepEqual(heard, await heardWith(whole));
  assert.ok(heard.length > 20);
});
