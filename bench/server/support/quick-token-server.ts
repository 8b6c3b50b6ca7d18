import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { report } from "./child.js";

/** A Token Server that only starts transactions and keeps none, so that the site is measured and not the emulator. */
const server = createServer((req, res) => {
  req.resume();
  const transaction_id = randomUUID();
  const otp = btoa(JSON.stringify({ transaction_id, otp: randomBytes(16).toString("base64") }));
  res.writeHead(200, { "content-type": "application/json" });
  res.end(JSON.stringify({ transaction_id, auth_method: "otp", time_to_live: 300_000, otp }));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  report(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
});
