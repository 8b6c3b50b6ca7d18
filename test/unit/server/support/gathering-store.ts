import type { AttemptStore } from "onegini-otp-login/server";

/** A store whose readings wait until there are so many, and go on at one moment. */
export function gathering(store: AttemptStore, count: number): AttemptStore {
  const waiting: (() => void)[] = [];
  return {
    ...store,
    async get(id) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length >= count) for (const goOn of waiting.splice(0)) goOn();
      });
      return store.get(id);
    },
  };
}
