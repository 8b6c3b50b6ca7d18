import { once } from "node:events";
import { constants, fstat } from "node:fs";
import { open as openFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import sonic from "sonic-boom";

/** What waits for a file that takes nothing: some 2,500 lines. */
const queueBytes = 1024 * 1024;

/** A file that has taken nothing for this time, such as one on a network, is stuck. */
const stuckMs = 5_000;

const retryMs = 1_000;

/** How often it is looked whether the file is still there. */
const lookMs = 2_000;

/** Lines of this time are written together, unless they are this long: each write costs far more than a line. */
const gatherMs = 50;
const gatherLength = 16_384;

/** For its owner alone. */
const fileMode = 0o600;

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;

/** How long `close` waits for the lines that are left. */
const closeMs = 1_000;

/** Hears what goes wrong. */
export interface AuditTroubles {
  /** Lines cannot be written at the moment. They wait. */
  onFailure: (error: unknown) => void;
  onRecovery: () => void;
  /** So many lines were not written, and never will be. */
  onLost: (lines: number) => void;
}

/**
 * The file of the audit, or stdout. A file is written in the background and blocks nothing: a line waits in a bounded queue, and is
 * lost if that is full. stdout is written at once, as the log is, so that no line of one stands in a line of the other; so a reader
 * that stalls blocks the process, as it does for the log.
 */
export class AuditFile {
  readonly #stream: sonic.SonicBoom;
  readonly #troubles: AuditTroubles;
  readonly #now: () => number;
  /** `stdout`, or a path. */
  readonly #path: string;
  #isClosed = false;
  #hasFailed = false;
  #isReopening = false;
  /** The opening that is under way: one at a time, because each that hangs holds one of Node's four threads. */
  #opening: Promise<void> | undefined;
  /** Whether the file is opened once more after that. */
  #isAsked = false;
  /** Since when the queue has waited without progress; undefined while it is empty. */
  #waitingSince: number | undefined;
  /** What is about to be written. */
  #gathered = "";
  #gathering: NodeJS.Timeout | undefined;
  /** The lines since the queue was last empty. */
  #waiting = 0;
  #retry: NodeJS.Timeout | undefined;
  readonly #look: NodeJS.Timeout | undefined;

  private constructor(stream: sonic.SonicBoom, path: string, troubles: AuditTroubles, now: () => number) {
    this.#stream = stream;
    this.#path = path;
    this.#troubles = troubles;
    this.#now = now;
    stream.on("ready", () => (this.#isReopening = false));
    stream.on("write", () => this.#wrote());
    stream.on("drain", () => {
      this.#waiting = countLines(this.#gathered);
      this.#waitingSince = this.#waiting === 0 ? undefined : now();
    });
    stream.on("drop", (text: string) => {
      const lines = countLines(text);
      this.#waiting -= lines;
      troubles.onLost(lines);
    });
    stream.on("error", (error) => this.#failed(error));
    if (path !== "stdout") this.#look = setInterval(() => this.#lookForFile(), lookMs).unref();
  }

  /**
   * Opens the file, which is made with mode 0600 where there is none.
   *
   * @param to a path, or `stdout`
   * @param now a clock in milliseconds, with any origin
   * @throws Error of Node, if it cannot be opened; `ENXIO` for a pipe that nobody reads
   */
  static async open(
    to: string,
    troubles: AuditTroubles,
    now: () => number = () => performance.now(),
  ): Promise<AuditFile> {
    if (to !== "stdout") await checkFile(to, O_CREAT);
    const target = to === "stdout" ? { fd: 1, sync: true } : { dest: to, append: true, mode: fileMode };
    const stream = new sonic.SonicBoom({ ...target, maxLength: queueBytes });
    // Rejects with the stream's error.
    await once(stream, "ready");
    return new AuditFile(stream, to, troubles, now);
  }

  write(line: string): void {
    if (this.#isClosed) return this.#troubles.onLost(1);
    this.#waitingSince ??= this.#now();
    this.#waiting++;
    this.#gathered += line;
    if (this.#path === "stdout" || this.#gathered.length >= gatherLength) this.#flush();
    else this.#gathering ??= setTimeout(() => this.#flush(), gatherMs);
  }

  /** Whether lines are written, or will be in a moment. */
  get isWritten(): boolean {
    const isStuck = this.#now() - (this.#waitingSince ?? Infinity) > stuckMs;
    return !this.#isClosed && !this.#hasFailed && !isStuck;
  }

  /** Writes to a new file of the same name, after the old one was renamed. Resolves once it does, or cannot. */
  async reopen(): Promise<void> {
    if (this.#isClosed || this.#path === "stdout") return;
    this.#flush();
    this.#isReopening = true;
    await this.#openAgain();
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#flush();
    clearTimeout(this.#retry);
    clearInterval(this.#look);
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<"stuck">((resolve) => (timer = setTimeout(resolve, closeMs, "stuck")));
    // Rejects with an error of the stream, too.
    const finished = Promise.all([once(this.#stream, "finish"), this.#opening]);
    this.#stream.end();
    const result = await Promise.race([finished.catch(() => "failed"), stuck]);
    clearTimeout(timer);
    if (result === "failed" || result === "stuck") this.#giveUp();
    // Node would wait at its exit for the thread that hangs, and a service manager would end it so later.
    if (result === "stuck") process.once("exit", () => process.kill(process.pid, "SIGKILL"));
  }

  #flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const text = this.#gathered;
    this.#gathered = "";
    if (text !== "") this.#stream.write(text);
  }

  /** A file that was deleted would take lines that nobody can read. */
  #lookForFile(): void {
    if (this.#opening || !this.isWritten) return;
    void this.#openAsAskedAfter(async () => {
      const [there, ours] = await Promise.all([
        stat(this.#path).catch(() => undefined),
        promisify(fstat)((this.#stream as unknown as { fd: number }).fd),
      ]);
      if (there?.ino === ours.ino && there.dev === ours.dev) return;
      this.#isAsked = this.#isReopening = true;
      // One that was only renamed has lost nothing.
      if (ours.nlink === 0) this.#failed(new Error("The file was deleted."));
    });
  }

  #openAgain(): Promise<void> {
    this.#isAsked = true;
    return this.#openAsAskedAfter();
  }

  #openAsAskedAfter(first?: () => Promise<void>): Promise<void> {
    return (this.#opening ??= Promise.resolve(first?.())
      // Such as a stream that was closed meanwhile.
      .catch(() => undefined)
      .then(() => this.#openAsAsked())
      .finally(() => (this.#opening = undefined)));
  }

  async #openAsAsked(): Promise<void> {
    while (this.#isAsked && !this.#isClosed) {
      this.#isAsked = false;
      await this.#openOnce();
    }
  }

  async #openOnce(): Promise<void> {
    try {
      // First by itself: after a `reopen` that failed, the stream's next one closes the old file twice.
      await checkFile(this.#path, O_CREAT);
    } catch (error) {
      return this.#failed(error);
    }
    if (this.#isClosed) return;
    const ready = once(this.#stream, "ready");
    this.#stream.reopen();
    await ready.then(
      // Shows that the new file takes something, also where nothing waits.
      () => this.#isClosed || this.#stream.write(""),
      // An error has been heard already.
      () => undefined,
    );
  }

  #giveUp(): void {
    if (this.#waiting > 0) this.#troubles.onLost(this.#waiting);
    this.#stream.destroy();
  }

  #wrote(): void {
    this.#waitingSince = this.#now();
    if (!this.#hasFailed || this.#isReopening) return;
    this.#hasFailed = false;
    this.#troubles.onRecovery();
  }

  #failed(error: unknown): void {
    this.#hasFailed = true;
    this.#troubles.onFailure(error);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (this.#isClosed) return;
      if (this.#isReopening) void this.#openAgain();
      // It writes what waits only when something more is written.
      else this.#stream.write("");
    }, retryMs).unref();
  }
}

/**
 * Opens a file and closes it. It does not wait for the reader of a pipe.
 *
 * @param make `O_CREAT`: also makes it
 * @throws Error of Node
 */
export async function checkFile(path: string, make = 0): Promise<void> {
  await (await openFile(path, O_WRONLY | O_APPEND | O_NONBLOCK | make, fileMode)).close();
}

const countLines = (text: string): number => text.split("\n").length - 1;
