import { request as insecureRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";

/** Asks for a path to the letter: `fetch` would resolve its dots and turn its backslashes. */
export function askRaw(
  origin: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders }> {
  const ask = origin.startsWith("https:") ? request : insecureRequest;
  return new Promise((resolve, reject) => {
    ask(origin, { path, headers, agent: false }, (answer) => {
      answer.resume().once("end", () => resolve({ status: answer.statusCode, headers: answer.headers }));
    })
      .once("error", reject)
      .end();
  });
}
