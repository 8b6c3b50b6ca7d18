import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gracefulShutdown } from "onegini-otp-login/node";
import type { SettingName, Settings } from "../settings/setting-list.js";
import { readWidgetFiles, type WidgetFile } from "./assets.js";
import { createKit } from "./create-kit.js";
import { createInternalServer } from "./internal-server.js";
import type { Log } from "./log.js";
import { Metrics } from "./metrics.js";
import { createPublicServer } from "./public-server.js";
import { StartProblem } from "./start-problem.js";
import { openStore } from "./store.js";

/** The running service. */
export interface Service {
  /** The addresses that it listens at. */
  publicAddress: string;
  internalAddress: string;
  secret: string;
  files: readonly WidgetFile[];
  /** Ends it: see `gracefulShutdown`. */
  stop: (options?: { noticeSeconds?: number }) => Promise<boolean>;
}

/**
 * Starts the kit as a service on its two ports.
 *
 * @throws StartProblem
 */
export async function startService(settings: Settings, log: Log): Promise<Service> {
  const metrics = new Metrics();
  // What only the kit can check, before anything is opened.
  await createKit(settings, { store: undefined, log, metrics }).close();
  const [files, store] = await Promise.all([readWidgetFiles(), openStore(settings, log)]);
  const servers: Server[] = [];
  try {
    const kit = createKit(settings, { store: store.attempts, log, metrics });
    const secret = settings["internal-secret"] ?? randomBytes(32).toString("base64url");
    const publicServer = createPublicServer(kit, files, settings.path);
    const internalServer = createInternalServer({ kit, log, metrics, secret });
    servers.push(publicServer, internalServer);
    const stop = gracefulShutdown(servers, kit, { store });
    // Before the public port, so that a proxy finds no service that its site cannot reach.
    const internalAddress = await listen(internalServer, "internal-host", "internal-port", settings);
    const publicAddress = await listen(publicServer, "host", "port", settings);
    return { publicAddress, internalAddress, secret, files, stop };
  } catch (error) {
    for (const server of servers) server.close();
    store.close();
    throw error;
  }
}

/** Resolves to the address as a URL. */
function listen(
  server: Server,
  hostName: SettingName & ("host" | "internal-host"),
  portName: SettingName & ("port" | "internal-port"),
  settings: Settings,
): Promise<string> {
  const [host, port] = [settings[hostName], settings[portName]];
  return new Promise((resolve, reject) => {
    server.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      reject(new StartProblem(listenProblem(code ?? message, { host, port, hostName, portName }), 1));
    });
    server.listen(port, host, () => {
      const { address, family, port } = server.address() as AddressInfo;
      resolve(`http://${family === "IPv6" ? `[${address}]` : address}:${port}`);
    });
  });
}

function listenProblem(
  code: string,
  { host, port, hostName, portName }: { host: string; port: number; hostName: string; portName: string },
): string {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} is in use at ${host}. Stop what uses it, or choose another: ${portName}.`;
    case "EACCES":
      return `Port ${port} may not be used by this user. Choose one from 1024 up: ${portName}.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine. Choose another: ${hostName}.`;
    default:
      return `It cannot listen at ${host}, port ${port} (${code}).`;
  }
}
