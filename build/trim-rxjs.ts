import type { Plugin } from "vite";

/**
 * Leaves out of the one file what rxjs carries for sources that the element never has: async iterables, promises,
 * ReadableStreams, other libraries' observables, schedulers, and the hooks of its global configuration. 2 kB of gzip.
 * The end-to-end tests run on the file that this makes.
 */
export const trimRxjs = (): Plugin => {
  const prefix = "\0trim-rxjs:";
  const replaced: Record<string, string> = {
    "observable/innerFrom": `
      import { Observable } from "rxjs";
      export const innerFrom = (source) =>
        source instanceof Observable
          ? source
          : new Observable((subscriber) => {
              for (const value of source) subscriber.next(value);
              subscriber.complete();
            });`,
    // Of use only with the hooks of rxjs's global configuration, which nobody in the file sets.
    "util/errorContext": `export const errorContext = (run) => run(), captureError = () => {};`,
    "internal/NotificationFactories": `export const COMPLETE_NOTIFICATION = 0, errorNotification = () => {}, nextNotification = errorNotification;`,
    "util/reportUnhandledError": `
      export const reportUnhandledError = (error) => {
        setTimeout(() => {
          throw error;
        });
      };`,
    "util/UnsubscriptionError": `
      export class UnsubscriptionError extends Error {
        constructor(errors) {
          super("unsubscription");
          this.errors = errors;
        }
      }`,
    "util/ObjectUnsubscribedError": `export const ObjectUnsubscribedError = Error;`,
    "util/args": `export const popScheduler = () => {}, popResultSelector = popScheduler, popNumber = (_, number) => number;`,
    "scheduled/scheduled": `export const scheduled = undefined;`,
  };
  return {
    name: "trim-rxjs",
    enforce: "pre",
    resolveId(id, importer) {
      if (!/\/rxjs\/dist\/esm\//.test(importer ?? "")) return undefined;
      const name = Object.keys(replaced).find((key) => `/${id}`.endsWith(`/${key.split("/")[1]}`));
      return name && prefix + name;
    },
    load: (id) => (id.startsWith(prefix) ? replaced[id.slice(prefix.length)] : undefined),
  };
};
