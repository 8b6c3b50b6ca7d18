/** The tasks that are running, for a `close()` that waits for them. */
export class PendingTasks {
  readonly #tasks = new Set<Promise<unknown>>();

  add<T>(task: Promise<T>): Promise<T> {
    const added = task.finally(() => this.#tasks.delete(added));
    this.#tasks.add(added);
    return added;
  }

  /** Resolves when the present tasks have ended. It does not wait for later ones. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#tasks);
  }
}
