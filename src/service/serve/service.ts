import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gracefulShutdown } from "onegini-otp-login/node";
import { codeOf, codeOrText } from "../process/error-code.js";
import { listen, urlOf } from "../process/listen.js";
import type { SecretFile, Secrets } from "../settings/secret-files.js";
import type { Settings } from "../settings/setting-list.js";
import { watchAppendOnly, type AppendOnly } from "./store/append-only.js";
import { readWidgetFiles, type WidgetFile } from "./ports/assets.js";
import { checkAudit, openAudit } from "./audit/audit.js";
import { readCertificates } from "./certificates.js";
import { createKit } from "./create-kit.js";
import { followPauseFile } from "./pause-file.js";
import { watchFileDescriptors } from "./telemetry/file-descriptors.js";
import { createInternalServer, useCertificates } from "./ports/internal-server.js";
import type { Log } from "./telemetry/log.js";
import { Pseudonyms, withPseudonyms } from "./telemetry/pseudonyms.js";
import { Metrics } from "./telemetry/metrics.js";
import { createPublicServer } from "./ports/public-server.js";
import { createReadiness } from "./ports/readiness.js";
import { followSecrets } from "./reread-secrets.js";
import { PortInUse, StartProblem } from "./start-problem.js";
import { awaitStore } from "./store/awaited-store.js";
import { openStore, redisUrlProblem, type Store } from "./store/store.js";
import { StrangerSampling } from "./telemetry/stranger-sampling.js";

/** The running service. */
export interface Service {
  /** The addresses that it listens at. */
  publicAddress: string;
  internalAddress: string;
  /** The secret that a backend sends to the internal port. */
  secret: string;
  files: readonly WidgetFile[];
  /** Why Redis is away at the start, in one sentence. Then it waits, and `/ready` is 503. Undefined: it is there. */
  waitsFor: string | undefined;
  /**
   * Resolves when Redis is there, to whether it has an append-only file; undefined: no Redis. Rejects with a StartProblem if it is
   * there and cannot be used.
   */
  ready: Promise<AppendOnly | undefined>;
  /**
   * Reads the files of secrets and certificates again, and writes the audit to a new file of the same name. It also reads them by
   * itself when one of them has changed.
   */
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

/**
 * Opens everything except the store and the ports.
 *
 * @param isCheck whether nothing is made, such as the file of the audit
 */
async function prepare(settings: Settings, given: Log, version?: string, isCheck = false) {
  const metrics = new Metrics(version);
  const madeSecret = randomBytes(32).toString("base64url");
  const secrets: Secrets = { ...settings, "internal-secret": settings["internal-secret"] ?? [madeSecret] };
  const certificates = readCertificates(settings);
  if ("description" in certificates) throw new StartProblem(certificates.description, 2);
  const pseudonyms = new Pseudonyms(() => secrets["pseudonym-key"]);
  const log = settings["pseudonym-key"] === undefined ? given : withPseudonyms(given, pseudonyms);
  // Checks the settings that only the kit can check, before anything is opened.
  await createKit(settings, { store: undefined, log, metrics }).close();
  const files = await readWidgetFiles();
  const to = isCheck ? ({ ...settings, audit: "off" } as const) : settings;
  if (isCheck) await checkAudit(settings);
  const audit = await openAudit(to, { secrets, pseudonyms, log, metrics });
  // With pairing a start writes to Redis since when browsers are known.
  const opened = isCheck ? ({ ...settings, pairing: "off" } as const) : settings;
  const open = () => openStore(opened, secrets, log, metrics, certificates.redisTls, audit);
  return { metrics, secrets, certificates, files, log, audit, open };
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
  given: Log,
  secretFiles: readonly SecretFile[] = [],
  version?: string,
): Promise<Service> {
  const prepared = await prepare(settings, given, version);
  const { metrics, secrets, certificates, files, log, audit, open } = prepared;
  // Its first line: the store may have forgotten something, and a pause may be there.
  audit.started(version ?? "unknown");
  const strangers = new StrangerSampling(settings["log-strangers"]);
  // The kit of a store that is away reports that whenever it is asked.
  const store = await awaitStore(open, () => void kit.health()).catch(async (error: unknown) => {
    await audit.stop(false);
    throw error;
  });
  const { attempts, forgotten } = store;
  const kit = createKit(settings, { secrets, store: attempts, log, metrics, audit, strangers, forgotten });
  const servers: Server[] = [];
  try {
    // From now on it follows a pause, and logs it, also before its first call.
    void kit.health();
    const endPauseFile = await followPauseFile(settings["pause-file"], kit);
    const readiness = createReadiness(kit, audit);
    const publicServer = createPublicServer({ kit, files, path: settings.path, readiness });
    const withClientCertificates = settings["internal-client-ca"] !== undefined;
    const internalServer = createInternalServer(
      { ...prepared, kit, readiness, strangers, forgotten, secrets: () => secrets, withClientCertificates },
      certificates.internal,
    );
    servers.push(publicServer, internalServer);
    const shutDown = gracefulShutdown(servers, kit, { store, limitSeconds: stopSeconds(settings) });
    // Before the public port, so that a proxy never uses a service that the site's backend cannot reach yet.
    const internalAddress = await listenAt(internalServer, "internal-host", "internal-port", settings);
    const publicAddress = await listenAt(publicServer, "host", "port", settings);
    const endWatch = watchFileDescriptors(servers, log);
    const appendOnly = followAppendOnly(store.opened, metrics);
    if (store.problem === undefined) await appendOnly.ready;
    const followedSecrets = followSecrets({
      secrets,
      files: secretFiles,
      certificates,
      useCertificates() {
        if (certificates.internal.cert !== undefined) useCertificates(internalServer, certificates.internal);
      },
      checkRedis: ({ url = secrets["redis-url"], tls = certificates.redisTls }) =>
        redisUrlProblem(settings, url ?? "", secrets, tls),
      log,
    });
    return {
      publicAddress,
      internalAddress,
      secret: secrets["internal-secret"]?.[0] ?? "",
      files,
      waitsFor: store.problem,
      ready: appendOnly.ready,
      async rereadSecrets() {
        const [areRight] = await Promise.all([followedSecrets.now(), audit.reopen()]);
        return areRight;
      },
      async stop({ drain = 0 } = {}) {
        endWatch();
        followedSecrets.end();
        endPauseFile();
        appendOnly.end();
        readiness.stop();
        const isComplete = await shutDown({ noticeSeconds: drain });
        await audit.stop(isComplete);
        return isComplete;
      },
    };
  } catch (error) {
    for (const server of servers) server.close();
    store.close();
    await audit.stop(false);
    throw error;
  }
}

/** Tells the metrics about Redis' append-only file. `ready` resolves when Redis is there. */
function followAppendOnly(opened: Promise<Store>, metrics: Metrics) {
  let end: (() => void) | undefined;
  const tell = (state: AppendOnly): void => metrics.appendOnly(state);
  const ready = opened.then(async ({ appendOnly: ask }) => {
    const appendOnly = await ask?.();
    if (appendOnly) tell(appendOnly);
    end = ask && watchAppendOnly(ask, tell);
    return appendOnly;
  });
  // Who asks for it is told.
  ready.catch(() => undefined);
  return { ready, end: () => end?.() };
}

/** Where a service would listen, and notes for the operator. */
export interface Checked extends Pick<Service, "publicAddress" | "internalAddress"> {
  /** Whether Redis has an append-only file; undefined: no Redis. */
  appendOnly: AppendOnly | undefined;
  notes: string[];
}

/**
 * Does what a start does, and ends. A port in use is only a note, because a running service may use it.
 *
 * @throws StartProblem
 */
export async function checkService(settings: Settings, log: Log): Promise<Checked> {
  const { open } = await prepare(settings, log, undefined, true);
  const store = await open();
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
