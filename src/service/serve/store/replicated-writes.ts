import { withinCommandTime } from "../../process/connect-redis.js";
import type { Master, MasterConnection } from "./redis-client.js";

/** How long a replica may take to have what was written. */
const replicaMs = 1_000;

/** How often a cluster may name another master for one write. */
const maxMoves = 2;

/** Writes that a failover must not lose. */
export interface ReplicatedWrites {
  /** Runs a script on the master of a key. Rejects if a replica does not have it within a second, where there are replicas. */
  run: (script: string, key: string, args: readonly string[]) => Promise<unknown>;
  close: () => void;
}

/**
 * Writes on a connection of its own, because `WAIT` blocks the connection that wrote, and counts only what that one wrote.
 *
 * @param masters those that are known now
 * @param onUnknown is called once, with the reason, if Redis does not say whether it has replicas: then nothing is waited for
 */
export function replicatedWrites(
  masters: () => readonly Master[],
  onUnknown: (reason: unknown) => void,
): ReplicatedWrites {
  let current: Promise<MasterConnection> | undefined;
  /** The master that the cluster named last. */
  let address: string | undefined;
  let isReported = false;

  const connection = async (): Promise<MasterConnection> => {
    const before = current;
    const open = await before?.catch(() => undefined);
    if (open?.isReady) return open;
    // Another call may have opened one in the meantime.
    if (current !== before) return connection();
    const known = masters();
    const master = known.find((each) => each.address === address) ?? known[0];
    if (!master) throw new Error("Redis has no master at the moment");
    return (current = master.open());
  };
  /** The answer to a command that the user may lack the right to. */
  const ifAllowed = async (command: Promise<unknown>): Promise<unknown> => {
    try {
      return await withinCommandTime(command);
    } catch (error) {
      if (!/^(?:NOPERM|ERR) /.test((error as Error).message)) throw error;
      if (!isReported) onUnknown(error);
      isReported = true;
      return undefined;
    }
  };

  return {
    async run(script, key, args) {
      for (let moves = 0; ; moves++) {
        const { evaluate, command, destroy } = await connection();
        try {
          const info = await ifAllowed(command("INFO", "replication"));
          const answer = await withinCommandTime(evaluate(script, key, args));
          const hasReplicas = /^connected_slaves:[1-9]/m.test(String(info));
          const have = hasReplicas && (await ifAllowed(command("WAIT", "1", String(replicaMs))));
          if (have === 0) throw new Error(`Redis: no replica has the write after ${replicaMs / 1000} s`);
          return answer;
        } catch (error) {
          destroy();
          address = /^MOVED \d+ (\S+)/.exec((error as Error).message)?.[1];
          if (address === undefined || moves === maxMoves) throw error;
        }
      }
    },
    close: () => void current?.then(({ destroy }) => destroy()).catch(() => undefined),
  };
}
