import type { Plugin } from "vite";

/** What takes the place of a module, by the name of its file. The element gives operators observables, promises and arrays. */
const modules: Record<string, string> = {
  scheduled: `export const scheduled = () => { throw new TypeError("rxjs is built without scheduled sources"); };`,
  // Parts that only rxjs's global `config` and its test scheduler use.
  errorContext: `export const errorContext = (run) => run(); export const captureError = () => {};`,
  NotificationFactories: `const none = () => {};
    export { none as nextNotification, none as errorNotification, none as COMPLETE_NOTIFICATION };`,
  // Arguments may end with a scheduler, or a number of sources.
  args: `const none = () => {}; export { none as popScheduler, none as popResultSelector };
    export const popNumber = (_, otherwise) => otherwise;`,
  executeSchedule: `export const executeSchedule = () => {};`,
  // The platform's own error of errors.
  UnsubscriptionError: `export const UnsubscriptionError = AggregateError;`,
  config: `export const config = {};`,
  // Only for observables of other libraries.
  observable: `export const observable = "@@observable";`,
  reportUnhandledError: `export const reportUnhandledError = (error) => setTimeout(() => { throw error; });`,
  timeoutProvider: `export const timeoutProvider = globalThis;`,
  lift: `
    export { isFunction as hasLift } from "./isFunction";
    export const operate = (init) => (source) =>
      source.lift(function (lifted) {
        try {
          return init(lifted, this);
        } catch (error) {
          this.error(error);
        }
      });
  `,
  innerFrom: `
    import { Observable } from "../Observable";
    export const innerFrom = (input) =>
      input instanceof Observable
        ? input
        : new Observable((subscriber) => {
            const all = (values) => {
              for (const value of values) subscriber.next(value);
              subscriber.complete();
            };
            if (Symbol.iterator in input) all(input);
            else input.then((value) => all([value]), (error) => subscriber.error(error));
          });
  `,
  // Subjects that nobody ends.
  Subject: `
    import { Observable } from "./Observable";
    export class Subject extends Observable {
      observers = new Set();
      next(value) {
        for (const each of [...this.observers]) each.next(value);
      }
      _subscribe(subscriber) {
        this.observers.add(subscriber);
        return () => this.observers.delete(subscriber);
      }
    }
  `,
  BehaviorSubject: `
    import { Subject } from "./Subject";
    export class BehaviorSubject extends Subject {
      constructor(value) {
        super();
        this.value = value;
      }
      next(value) {
        super.next((this.value = value));
      }
      _subscribe(subscriber) {
        const remove = super._subscribe(subscriber);
        subscriber.next(this.value);
        return remove;
      }
    }
  `,
};

/**
 * Builds rxjs without what the element never uses: schedulers, global settings, sources of other kinds, subjects that end. It
 * saves 2.2 kB of gzip. `test/package/rxjs.test.ts` runs what is left beside the whole package.
 */
export const trimRxjs = (): Plugin => ({
  name: "trim-rxjs",
  enforce: "pre",
  transform(code, id) {
    const [, name = ""] = /\/rxjs\/dist\/esm\/internal\/(?:.*\/)?(\w+)\.js$/.exec(id) ?? [];
    // `config` is empty: the minifier leaves out what asks for one of its settings.
    return name
      ? { code: modules[name] ?? code.replace(/\bconfig\.\w+/g, "undefined"), map: null }
      : undefined;
  },
});
