import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { gracefulShutdown } from "onegini-otp-login/node";
import { codeOf, codeOrText } from "../process/error-code.js";
import { listen, urlOf } from "../process/listen.js";
import type { SecretFile, Secrets } from "../settings/secret-files.js";
import type { Settings } from "../settings/setting-list.js";
import { watchAppendOnly, type AppendOnly } from "./store/append-only.js";
import { readWidgetFiles, type WidgetFile } from "./ports/assets.js";
import { readCertificates } from "./certificates.js";
import { createKit } from "./create-kit.js";
import { watchFileDescriptors } from "./telemetry/file-descriptors.js";
import { createInternalServer, useCertificates } from "./ports/internal-server.js";
import type { Log } from "./telemetry/log.js";
import { Metrics } from "./telemetry/metrics.js";
import { createPublicServer } from "./ports/public-server.js";
import { createReadiness } from "./ports/readiness.js";
import { secretsReader, type RereadReason } from "./reread-secrets.js";
import { PortInUse, StartProblem } from "./start-problem.js";
import { openStore, redisUrlProblem } from "./store/store.js";
import { StrangerSampling } from "./telemetry/stranger-sampling.js";
import { settledFiles, watchFiles, type ReadText } from "./watch-files.js";

/** The running service. */
export interface Service {
  /** The addresses that it listens at. */
  publicAddress: string;
  internalAddress: string;
  /** The secret that a backend sends to the internal port. */
  secret: string;
  files: readonly WidgetFile[];
  /** Whether Redis has an append-only file; undefined: no Redis. */
  appendOnly: AppendOnly | undefined;
  /** Reads the files of secrets and certificates again. It also does so by itself when one of them has changed. */
  rereadSecrets: () => Promise<boolean>;
  /** Stops it: `/ready` answers 503 at once, and after `drain` seconds `gracefulShutdown` does the rest. */
  stop: (options?: { drain?: number }) => Promise<boolean>;
}

/** The time after which a service manager kills the process, as the documents configure it. */
const graceSeconds = 20;

/** How long a stop may take. */
const stopSeconds = ({ drain }: Settings): number => drain + 16;

/** The warnings if the service manager has to allow more time than the documents configure. */
export function stopWarnings(settings: Settings): string[] {
  const seconds = stopSeconds(settings);
  if (seconds < graceSeconds) return [];
  return [
    `drain: stopping takes up to ${seconds} s. Set a longer timeout in the service manager (TimeoutStopSec, terminationGracePeriodSeconds).`,
  ];
}

/** Opens everything except the ports. */
async function prepare(settings: Settings, log: Log, version?: string) {
  const metrics = new Metrics(version);
  const madeSecret = randomBytes(32).toString("base64url");
  const secrets: Secrets = { ...settings, "internal-secret": settings["internal-secret"] ?? [madeSecret] };
  const certificates = readCertificates(settings);
  if ("description" in certificates) throw new StartProblem(certificates.description, 2);
  // Checks the settings that only the kit can check, before anything is opened.
  await createKit(settings, { store: undefined, log, metrics }).close();
  const [files, store] = await Promise.all([
    readWidgetFiles(),
    openStore(settings, secrets, log, metrics, certificates.redisTls),
  ]);
  return { metrics, secrets, certificates, files, store };
}

/**
 * Starts the kit as a service on its two ports.
 *
 * @param secretFiles the files that `rereadSecrets` reads
 * @param version the package's, for the metrics
 * @throws StartProblem
 */
export async function startService(
  settings: Settings,
  log: Log,
  secretFiles: readonly SecretFile[] = [],
  version?: string,
): Promise<Service> {
  const { metrics, secrets, certificates, files, store } = await prepare(settings, log, version);
  const servers: Server[] = [];
  try {
    const { forgotten } = store;
    const strangers = new StrangerSampling(settings["log-strangers"]);
    const kit = createKit(settings, { secrets, store: store.attempts, log, metrics, strangers, forgotten });
    // From now on it follows a pause, and logs it, also before its first call.
    void kit.health();
    const readiness = createReadiness(kit);
    const publicServer = createPublicServer({ kit, files, path: settings.path, readiness });
    const internalServer = createInternalServer(
      {
        kit,
        log,
        metrics,
        readiness,
        strangers,
        forgotten,
        secrets: () => secrets,
        withClientCertificates: settings["internal-client-ca"] !== undefined,
      },
      certificates.internal,
    );
    servers.push(publicServer, internalServer);
    const shutDown = gracefulShutdown(servers, kit, { store, limitSeconds: stopSeconds(settings) });
    // Before the public port, so that a proxy never uses a service that the site's backend cannot reach yet.
    const internalAddress = await listenAt(internalServer, "internal-host", "internal-port", settings);
    const publicAddress = await listenAt(publicServer, "host", "port", settings);
    const endWatch = watchFileDescriptors(servers, log);
    const appendOnly = await store.appendOnly?.();
    const tell = (state: AppendOnly): void => metrics.appendOnly(state);
    if (appendOnly) tell(appendOnly);
    const endAppendOnly = store.appendOnly && watchAppendOnly(store.appendOnly, tell);
    // A pipe can be read only once.
    const readable = secretFiles.filter(({ path }) => statSync(path, { throwIfNoEntry: false })?.isFile());
    const reread = secretsReader({
      secrets,
      files: readable,
      certificates,
      useCertificates() {
        if (certificates.internal.cert !== undefined) useCertificates(internalServer, certificates.internal);
      },
      checkRedis: ({ url = secrets["redis-url"], tls = certificates.redisTls }) =>
        redisUrlProblem(settings, url ?? "", secrets, tls),
      log,
    });
    let reading = Promise.resolve(true);
    // One after the other.
    const read = (reason: RereadReason, texts: ReadText): Promise<boolean> =>
      (reading = reading.then(() => reread(reason, texts)));
    const watched = [...readable.map(({ path }) => path), ...certificates.paths];
    const endFileWatch = watchFiles(watched, (texts) => read("watch", texts));
    return {
      publicAddress,
      internalAddress,
      secret: secrets["internal-secret"]?.[0] ?? "",
      files,
      appendOnly,
      rereadSecrets: async () => read("signal", await settledFiles(watched)),
      stop({ drain = 0 } = {}) {
        endWatch();
        endFileWatch();
        endAppendOnly?.();
        readiness.stop();
        return shutDown({ noticeSeconds: drain });
      },
    };
  } catch (error) {
    for (const server of servers) server.close();
    store.close();
    throw error;
  }
}

/** Where a service would listen, and notes for the operator. */
export interface Checked extends Pick<Service, "publicAddress" | "internalAddress" | "appendOnly"> {
  notes: string[];
}

/**
 * Does what a start does, and ends. A port in use is only a note, because a running service may use it.
 *
 * @throws StartProblem
 */
export async function checkService(settings: Settings, log: Log): Promise<Checked> {
  const { store } = await prepare(settings, log);
  const notes: string[] = [];
  const servers: Server[] = [];
  const tryPort = async (...names: PortNames): Promise<string> => {
    const [hostName, portName] = names;
    const [host, port] = [settings[hostName], settings[portName]];
    const isOurs = servers.some((server) => (server.address() as AddressInfo).port === port);
    const server = createServer();
    try {
      const address = await listenAt(server, ...names, settings);
      servers.push(server);
      return address;
    } catch (error) {
      if (!(error instanceof PortInUse) || isOurs) throw error;
      notes.push(
        `Port ${port} is in use at ${host}. If it is not used by this service, stop the other program or choose another port: ${portName}.`,
      );
      return urlOf({ address: host, port });
    }
  };
  try {
    const internalAddress = await tryPort("internal-host", "internal-port");
    const publicAddress = await tryPort("host", "port");
    return { publicAddress, internalAddress, appendOnly: await store.appendOnly?.(), notes };
  } finally {
    for (const server of servers) server.close();
    store.close();
  }
}

type PortNames = [host: "host" | "internal-host", port: "port" | "internal-port"];

/**
 * Resolves to the address as a URL.
 *
 * @throws StartProblem
 */
async function listenAt(
  server: Server,
  hostName: PortNames[0],
  portName: PortNames[1],
  settings: Settings,
): Promise<string> {
  const [host, port] = [settings[hostName], settings[portName]];
  try {
    const isTls = portName === "internal-port" && settings["internal-tls-cert"] !== undefined;
    return urlOf(await listen(server, port, host), isTls ? "https" : "http");
  } catch (error) {
    const problem = listenProblem(codeOrText(error), { host, port, hostName, portName });
    throw codeOf(error) === "EADDRINUSE" ? new PortInUse(problem, 1) : new StartProblem(problem, 1);
  }
}

function listenProblem(
  code: string,
  { host, port, hostName, portName }: { host: string; port: number; hostName: string; portName: string },
): string {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} is in use at ${host}. Stop the program that uses it, or choose another port: ${portName}.`;
    case "EACCES":
      return `This user may not use port ${port}. Choose a port from 1024 up: ${portName}.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine. Choose another: ${hostName}.`;
    default:
      return `Cannot listen at ${host}, port ${port} (${code}).`;
  }
}
