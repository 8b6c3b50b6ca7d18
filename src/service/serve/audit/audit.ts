import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import type { LoginKitEvent } from "onegini-otp-login/server";
import { LogThrottle } from "../../../server/limits/log-throttle.js";
import {
  auditKinds,
  auditVersion,
  type AuditKind,
  type AuditRecord,
  type OperatorCall,
} from "../../audit/audit-line.js";
import { codeOf, codeOrText } from "../../process/error-code.js";
import type { Secrets } from "../../settings/secret-files.js";
import type { Settings } from "../../settings/setting-list.js";
import { StartProblem } from "../start-problem.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { Pseudonyms } from "../telemetry/pseudonyms.js";
import { AuditFile, checkFile, type AuditTroubles } from "./audit-file.js";
import { BoundedLines } from "./bounded-lines.js";
import { secretsFingerprint, settingsFingerprint } from "./fingerprint.js";

/** Of the refusals of one accepted login, and of refused calls of operators with one status, so many are written in a minute. */
const refusalsPerMinute = 20;

/**
 * The audit: who logged in where, and what operators did. It has a stream of its own, which `log-level` does not concern, and
 * begins at a person's answer on the phone, so that strangers cannot fill it.
 */
export class Audit {
  /** Undefined: there is none. */
  readonly #file: AuditFile | undefined;
  readonly #pseudonyms: Pseudonyms;
  readonly #settings: Settings;
  readonly #secrets: Secrets;
  readonly #refusals = new BoundedLines(refusalsPerMinute);
  /** Names this process; with `seq` it shows which lines are missing. */
  readonly #process = randomBytes(6).toString("base64url");
  #seq = 0;
  #stopping: Promise<void> | undefined;

  constructor(
    file: AuditFile | undefined,
    { pseudonyms, settings, secrets }: { pseudonyms: Pseudonyms; settings: Settings; secrets: Secrets },
  ) {
    this.#file = file;
    this.#pseudonyms = pseudonyms;
    this.#settings = settings;
    this.#secrets = secrets;
  }

  /** False while the audit is required and lines cannot be written. */
  get isReady(): boolean {
    return !this.#settings["audit-required"] || this.isWritten;
  }

  /** Whether lines are written, if there is an audit. */
  get isWritten(): boolean {
    return this.#file?.isWritten !== false;
  }

  started(version: string): void {
    const secrets = secretsFingerprint(this.#secrets);
    this.record({
      event: "service_started",
      version,
      node: process.version,
      origin: this.#settings.origin,
      settings: settingsFingerprint(this.#settings),
      ...(secrets !== undefined && { secrets }),
    });
  }

  /** An event of the kit. Most are not in the audit. */
  event(event: LoginKitEvent): void {
    if (!this.#file) return;
    const kind = kindOf(event);
    if (kind === "none") return;
    const record = {
      ...event,
      event: event.type,
      type: undefined,
      level: undefined,
    } as unknown as AuditRecord;
    if (kind === "refusal" && "attempt" in event)
      this.#recordRefusal(`${event.type} ${event.attempt}`, record);
    else this.record(record);
  }

  /** A call of an operator, which was answered. Anybody who reaches the port can cause one that is refused. */
  operatorCall(call: Omit<OperatorCall, "event">): void {
    const record = { event: "operator_call", ...call } as const;
    if (call.status < 400) this.record(record);
    else this.#recordRefusal(String(call.status), record);
  }

  record(record: AuditRecord): void {
    if (!this.#file) return;
    const { event, ...members } = record;
    const line = {
      stream: "audit",
      v: auditVersion,
      time: new Date().toISOString(),
      process: this.#process,
      seq: this.#seq++,
      event,
      ...members,
      ...this.#pseudonymsOf(members),
    };
    this.#file.write(`${escaped(JSON.stringify(line))}\n`);
  }

  /** Writes to a new file, after the old one was renamed. */
  async reopen(): Promise<void> {
    await this.#file?.reopen();
  }

  /** The last line. @param complete whether each request was answered */
  stop(complete: boolean): Promise<void> {
    if (!this.#stopping)
      this.record({ event: "service_stopped", settings: settingsFingerprint(this.#settings), complete });
    return (this.#stopping ??= this.close());
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  #recordRefusal(kind: string, record: AuditRecord): void {
    const bound = this.#refusals.next(kind);
    if (bound !== "omitted") this.record({ ...record, ...(bound === "last" && { othersOmitted: true }) });
  }

  /** Those that the log has in place of the user and the address, to find its lines. */
  #pseudonymsOf(members: object) {
    const { userId, address } = members as { userId?: string; address?: string };
    const user = userId === undefined ? undefined : this.#pseudonyms.of("user", userId);
    const place = address === undefined ? undefined : this.#pseudonyms.of("address", address);
    return {
      ...(user !== undefined && { userPseudonym: user }),
      ...(place !== undefined && { addressPseudonym: place }),
    };
  }
}

/** Escapes what JSON leaves as it is, and what breaks lines or turns the writing around. */
const escaped = (json: string): string =>
  json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );

/** How an event is in the audit. Of some, only those of a login that somebody accepted: strangers can cause the others. */
function kindOf(event: LoginKitEvent): AuditKind {
  const isOfStrangers =
    (event.type === "attempt_expired" && event.userId === undefined) ||
    (event.type === "limited" && event.limit !== "loginsPerAttempt") ||
    (event.type === "ticket_refused" && event.attempt === undefined);
  return isOfStrangers ? "none" : auditKinds[event.type];
}

interface AuditSurroundings {
  secrets: Secrets;
  pseudonyms: Pseudonyms;
  log: Log;
  metrics: Pick<Metrics, "auditLost">;
}

/**
 * Opens the audit.
 *
 * @throws StartProblem if its file cannot be opened
 */
export async function openAudit(
  settings: Settings,
  { secrets, pseudonyms, log, metrics }: AuditSurroundings,
): Promise<Audit> {
  const { audit: to } = settings;
  const throttle = new LogThrottle(60_000);
  let lost = 0;
  const troubles: AuditTroubles = {
    onFailure(error) {
      if (throttle.isDue("failed")) log.error({ error, lost }, "audit_failed");
    },
    onRecovery: () => log.warn({ lost }, "audit_recovered"),
    onLost(lines) {
      lost += lines;
      metrics.auditLost(lines);
      if (throttle.isDue("lost")) log.error({ lost }, "audit_lost");
    },
  };
  const file =
    to === "off"
      ? undefined
      : await AuditFile.open(to, troubles).catch((error: unknown) => {
          throw fileProblem(error);
        });
  return new Audit(file, { pseudonyms, settings, secrets });
}

/**
 * Checks whether the file could be written, without making one.
 *
 * @throws StartProblem
 */
export async function checkAudit({ audit: to }: Pick<Settings, "audit">): Promise<void> {
  if (to === "off" || to === "stdout") return;
  await checkFile(to)
    .catch((error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw error;
      return access(dirname(to), constants.W_OK);
    })
    .catch((error: unknown) => {
      throw fileProblem(error);
    });
}

const fileProblem = (error: unknown): StartProblem =>
  new StartProblem(
    codeOf(error) === "ENXIO"
      ? "audit names a pipe that nobody reads, or a socket (ENXIO)."
      : `audit names a file that cannot be written (${codeOrText(error)}).`,
    1,
  );
