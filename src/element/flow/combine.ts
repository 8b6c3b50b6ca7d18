import { concatAll, defer, mergeAll, type Observable, type ObservableInputTuple } from "rxjs";

/*
 * rxjs's `of`, `merge` and `concat` without their schedulers, which nothing here uses and which are 0.5 kB of the one file.
 * `defer` and the operators are the ones that rxjs's own are made of.
 */

/** Emits the values, and completes. */
export const of = <T>(...values: T[]): Observable<T> => defer(() => values);

/** Subscribes to all sources at once. */
export const merge = <T extends readonly unknown[]>(
  ...sources: [...ObservableInputTuple<T>]
): Observable<T[number]> => of(...sources).pipe(mergeAll());

/** Subscribes to one source after the other. */
export const concat = <T extends readonly unknown[]>(
  ...sources: [...ObservableInputTuple<T>]
): Observable<T[number]> => of(...sources).pipe(concatAll());
