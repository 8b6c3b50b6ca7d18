import { redisStore } from "onegini-otp-login/redis";
import type { AttemptStore } from "onegini-otp-login/server";
import { connectRedis, redisProblem } from "../../src/service/process/connect-redis.js";
import { memorySessions, redisSessions, type Sessions } from "./sessions.js";

export interface Storage {
  sessions: Sessions;
  /** Undefined: the kit uses its memory store. */
  store: AttemptStore | undefined;
  close: () => void;
}

/** The storage, or the reason why there is none, in one sentence. */
type StorageResult = { kind: "open"; storage: Storage } | { kind: "unreachable"; problem: string };

/** Both in this process's memory, or both in the Redis that several demos share. */
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
      // Not `close`, which waits for pending replies: a Redis that is gone never sends them.
      client.destroy();
    };
    return { kind: "open", storage: { sessions: redisSessions(client), store, close } };
  } catch (error) {
    client.destroy();
    // The Redis user may lack a permission, for example.
    return { kind: "unreachable", problem: redisProblem(redisUrl, error) };
  }
}
