import type { Plugin } from "vite";

/** What takes the place of a module, by the last part of its name. */
const modules: Record<string, string> = {
  tslib: `const none = () => { throw new TypeError("rxjs is built without async iterables"); };
    export { none as __asyncGenerator, none as __asyncValues, none as __await, none as __awaiter };`,
  scheduled: `export const scheduled = () => { throw new TypeError("rxjs is built without scheduled sources"); };`,
  isReadableStreamLike: `export const isReadableStreamLike = () => false; export const readableStreamLikeToAsyncGenerator = () => {};`,
  // Parts that only rxjs's global `config` and its test scheduler use.
  errorContext: `export const errorContext = (run) => run(); export const captureError = () => {};`,
  NotificationFactories: `const none = () => {};
    export { none as nextNotification, none as errorNotification, none as COMPLETE_NOTIFICATION };`,
  timeoutProvider: `export const timeoutProvider = globalThis;`,
};

/** An observable of what the element gives to an operator. */
const innerFrom = `
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
`;

/**
 * Builds rxjs without `tslib`, which it needs for async iterables and streams alone, without sources that a scheduler emits, and
 * without what its global settings would switch on: the element gives it promises, arrays and observables.
 */
export const trimRxjs = (): Plugin => ({
  name: "trim-rxjs",
  enforce: "pre",
  resolveId(id, importer = "") {
    const name = id.replace(/^.*\//, "");
    return /\/rxjs\//.test(importer) && Object.hasOwn(modules, name) ? `\0${name}` : undefined;
  },
  transform: (_, id) =>
    id.endsWith("/observable/innerFrom.js") ? { code: innerFrom, map: null } : undefined,
  load: (id) => (id.startsWith("\0") ? modules[id.slice(1)] : undefined),
});
