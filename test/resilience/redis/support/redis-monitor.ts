import { once } from "node:events";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import { until } from "../../../support/until.js";

/** Hears every command that a Redis gets, with all of its arguments, those inside scripts included. */
export async function monitorRedis(
  t: Pick<TestContext, "after">,
  { port }: { port: number },
): Promise<() => string> {
  let heard = "";
  const socket = connect(port, "127.0.0.1");
  socket.on("data", (chunk: Buffer) => (heard += chunk.toString()));
  socket.on("error", () => undefined);
  t.after(() => socket.destroy());
  await once(socket, "connect");
  socket.write("MONITOR\r\n");
  await until(() => heard.startsWith("+OK"), "Redis to be monitored");
  return () => heard;
}
