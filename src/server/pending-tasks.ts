/** What has begun and has not ended. */
export class UnderWay {
  readonly #promises = new Set<Promise<unknown>>();

  add<T>(promise: Promise<T>): Promise<T> {
    const noted = promise.finally(() => this.#promises.delete(noted));
    this.#promises.add(noted);
    return noted;
  }

  /** Resolves when all that is under way now has ended; what begins meanwhile is not waited for. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#promises);
  }
}
