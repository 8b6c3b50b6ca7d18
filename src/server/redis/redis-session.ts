import { newConnection, type RedisConnection, type RedisStoreClient } from "./redis-client.js";
import { letGo, within } from "./redis-deadline.js";
import { storeError } from "./redis-errors.js";

/** Connecting may take a while: names are looked up, TLS shakes hands. */
const openMs = 5000;

/** One connection that listens to one channel, from its opening to its end; it is never mended, only followed by another. */
export interface Session {
  /** Resolves, to the reason, when the connection is lost or was ended. */
  readonly ended: Promise<Error>;
  end(): void;
}

/**
 * Opens a session. What is published after the promise has resolved, and before the session ends, is heard.
 *
 * @param checkMs how often the connection is asked for a sign of life, and how long that may take
 * @throws RedisStoreError if it cannot be opened
 */
export async function openSession(
  client: RedisStoreClient,
  channel: string,
  hear: (message: string) => void,
  checkMs: number,
): Promise<Session> {
  const doing = `listening to "${channel}"`;
  let connection: RedisConnection | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let tellEnd: (why: Error) => void;
  const ended = new Promise<Error>((resolve) => (tellEnd = resolve));

  const end = (why: Error): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    if (connection) destroy(connection);
    tellEnd(why);
  };
  const check = async (open: RedisConnection): Promise<void> => {
    try {
      await within(checkMs, doing, () => open.ping());
    } catch (error) {
      end(storeError(doing, error));
    }
    if (!isOver) letGo((timer = setTimeout(() => void check(open), checkMs)));
  };

  try {
    await within(openMs, doing, async (signal) => {
      connection = await newConnection(client);
      // It would mend itself, but nobody could say since when; and an error that nobody hears ends the process.
      connection.on("error", (error) => end(storeError(doing, error)));
      connection.on("end", () => end(storeError(doing, new Error("the connection has ended"))));
      if (signal.aborted) return destroy(connection);
      await Promise.race([listen(connection, channel, hear), ended.then((why) => Promise.reject(why))]);
    });
  } catch (error) {
    const why = storeError(doing, error);
    end(why);
    throw why;
  }
  if (connection) void check(connection);
  return { ended, end: () => end(new Error("The session was ended")) };
}

async function listen(
  connection: RedisConnection,
  channel: string,
  hear: (message: string) => void,
): Promise<void> {
  await connection.connect();
  await connection.subscribe(channel, hear);
}

/** Some versions throw where there is nothing left to destroy. */
function destroy(connection: RedisConnection): void {
  try {
    connection.destroy();
  } catch {
    // It is closed, which is what was wanted.
  }
}
