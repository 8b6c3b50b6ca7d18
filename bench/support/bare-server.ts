import { createServer } from "node:http";
import { report } from "./child.js";

/** Writes the same headers and events as the kit's stream, with `node:http` and nothing else. */
const server = createServer((_req, res) => {
  res.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  });
  res.write('event: status\ndata: {"status":"pending","expires_in":299}\n\n');
  const keepAlive = setInterval(() => res.write(":\n\n"), 15_000);
  res.once("close", () => clearInterval(keepAlive));
});
server.listen(0, "127.0.0.1", 4096, () => {
  const address = server.address();
  report(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
});
