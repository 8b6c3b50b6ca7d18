import { redisStore } from "onegini-otp-login/redis";
import type { AttemptStore } from "onegini-otp-login/server";
import { redisSessions } from "./redis-sessions.js";
import { connectRedis, redisProblem } from "./redis.js";
import { memorySessions, type Sessions } from "./sessions.js";

/** Where the demo keeps what must outlast a request. */
export interface Storage {
  sessions: Sessions;
  /** Undefined where the kit's own memory does. */
  store: AttemptStore | undefined;
  close: () => void;
}

/** The storage, or one sentence about why there is none. */
export type StorageResult = { kind: "open"; storage: Storage } | { kind: "unreachable"; problem: string };

/** Attempts and sessions in this process's memory, or both in the Redis that several demos share. */
export async function chooseStorage(redisUrl: string | undefined): Promise<StorageResult> {
  if (redisUrl === undefined) {
    const storage = { sessions: memorySessions(), store: undefined, close: () => undefined };
    return { kind: "open", storage };
  }
  const connection = await connectRedis(redisUrl);
  if (connection.kind === "unreachable") return connection;
  const { client } = connection;
  try {
    const store = await redisStore({ client });
    const close = (): void => {
      void store.close();
      // Not its `close`, which waits for answers: of a Redis that is gone there are none.
      client.destroy();
    };
    return { kind: "open", storage: { sessions: redisSessions(client), store, close } };
  } catch (error) {
    client.destroy();
    // What its user may not do, for example.
    return { kind: "unreachable", problem: redisProblem(redisUrl, error) };
  }
}
