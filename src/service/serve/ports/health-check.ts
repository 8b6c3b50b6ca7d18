import { get } from "node:http";
import type { Settings } from "../../settings/setting-list.js";

/** How long an answer may take. */
const answerMs = 3_000;

/** An address of this machine at which a server can be reached that listens at `host`. */
const reachable = (host: string): string => (host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host);

/**
 * Asks the service that runs with these settings on this machine whether it lives: for the health check of a container.
 * Resolves to what is wrong, in one sentence; undefined if nothing is.
 */
export function healthProblem({ host, port }: Pick<Settings, "host" | "port">): Promise<string | undefined> {
  if (port === 0) return Promise.resolve("port is 0, so nobody knows where the service listens.");
  return new Promise((resolve) => {
    const where = `port ${port} at ${reachable(host)}`;
    const request = get({ host: reachable(host), port, path: "/health", timeout: answerMs }, (response) => {
      response.resume();
      const { statusCode } = response;
      resolve(statusCode === 200 ? undefined : `The service at ${where} answers ${statusCode}.`);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer in ${answerMs / 1_000} s`)));
    request.on("error", ({ message }) => resolve(`No service answers on ${where} (${message}).`));
  });
}
