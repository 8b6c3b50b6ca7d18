import type { Plugin } from "vite";

const modules: Record<string, string> = {
  tslib: `const none = () => { throw new TypeError("rxjs is built without async iterables"); };
    export { none as __asyncGenerator, none as __asyncValues, none as __await, none as __awaiter };`,
  "../scheduled/scheduled": `export const scheduled = () => { throw new TypeError("rxjs is built without scheduled sources"); };`,
};

/**
 * Builds rxjs without `tslib`, which it needs for async iterables and streams alone, and without sources that a scheduler emits:
 * the element gives it promises, arrays and observables. It saves 1 kB of gzip.
 */
export const trimRxjs = (): Plugin => ({
  name: "trim-rxjs",
  enforce: "pre",
  resolveId: (id) => (Object.hasOwn(modules, id) ? `\0${id}` : undefined),
  load: (id) => (id.startsWith("\0") ? modules[id.slice(1)] : undefined),
});
