import { failed, fixFirst, notChecked, ok, unknown, type CheckId, type Line } from "../lines.js";
import { intermediaryIn } from "./intermediary.js";
import { isPending, type ApiFacts } from "./site-visit.js";
import { jsonIn, type Answer, type StreamAnswer } from "./visitor.js";

const oneStore = "Give all processes one Redis: the kit's store, the service's redis-url.";

/**
 * The lines about the status and the stream of the started login.
 *
 * @param waitsFor a failed check that may explain both
 */
export function watchLines({ statuses, stream, login }: ApiFacts, waitsFor: CheckId | undefined): Line[] {
  const [first] = statuses ?? [];
  if (!statuses || !first || !stream) return notChecked(["status", "stream"], fixFirst("login-api"));
  const isGood = statuses.every(isPending);
  if (!isGood && waitsFor !== undefined) return notChecked(["status", "stream"], fixFirst(waitsFor));
  const line = loginFault(login, statuses) ?? statusLine(statuses);
  // If a status was not "pending", the stream adds nothing.
  return isPending(first) === true && statuses.every((each) => isPending(each) !== false)
    ? [line, streamLine(stream)]
    : [line, unknown("stream", fixFirst("status"))];
}

/** A proxy may forward the start but no POST below its path. The kit would answer 409 `authorization_pending`. */
function loginFault(login: Answer | undefined, statuses: readonly Answer[]): Line | undefined {
  if (login?.kind !== "answered" || !statuses.every((each) => isPending(each) === true)) return undefined;
  if (typeof jsonIn(login)?.["error"] === "string") return undefined;
  const intermediary = intermediaryIn(login);
  if (intermediary && "fix" in intermediary)
    return failed("status", `pending, but the login call fails: ${intermediary.says}`, intermediary.fix);
  return failed(
    "status",
    `pending, but the login call (POST …/login) is answered ${login.status}, and not by the login API`,
    "The proxy has to forward POST for each path below the login API's, as for the start.",
  );
}

function statusLine(statuses: readonly Answer[]): Line {
  const pending = statuses.filter(isPending).length;
  const unknownCount = statuses.filter((each) => isPending(each) === false).length;
  const other = statuses.find((each) => isPending(each) === undefined);
  if (pending === statuses.length) return ok("status", `pending, in each of ${pending} answers`);
  if (pending > 0 && unknownCount > 0)
    return failed(
      "status",
      `in ${unknownCount} of ${statuses.length} answers the login is unknown: several processes answer, without a common store`,
      oneStore,
    );
  if (other === undefined)
    return failed(
      "status",
      "answered 404, unknown_attempt",
      "Two possible causes: the cookie does not reach the login API again (the proxy removes Cookie or changes Set-Cookie), or several processes run without a common Redis (the kit's store, the service's redis-url).",
    );
  const intermediary = intermediaryIn(other);
  if (intermediary?.kind === "limit" && pending > 0)
    return unknown(
      "status",
      `pending, but after ${pending} answers ${intermediary.says}, because doctor calls more often than a page does. Not checked: whether all processes share a store`,
    );
  const says = other.kind === "silent" ? other.reason : String(other.status);
  const of = pending > 0 ? `, after ${pending} correct answers` : "";
  return intermediary && "fix" in intermediary
    ? failed("status", `${intermediary.says}${of}`, intermediary.fix)
    : failed(
        "status",
        `answered ${says}${of}`,
        "The proxy has to forward the whole path, with GET and the header Accept.",
      );
}

const deployment = "docs/deployment.md, “Buffering and compression”";

function streamLine(stream: StreamAnswer): Line {
  const buffering = `Turn off the proxy's buffering for this path (in nginx proxy_buffering off, or let X-Accel-Buffering take effect). See ${deployment}.`;
  if (stream.kind === "silent")
    return failed(
      "stream",
      `buffered: not even its headers arrived (${stream.reason})`,
      `Two possible causes: a proxy waits for the whole answer, or a firewall reads it to the end. ${buffering}`,
    );
  if (stream.kind === "other") {
    const { answer } = stream;
    if (isPending(answer) === false)
      return failed(
        "stream",
        "answered 404, unknown_attempt: a different process answered, and the processes have no common store",
        oneStore,
      );
    const error = jsonIn(answer)?.["error"];
    const intermediary = error === undefined ? intermediaryIn(answer) : undefined;
    if (intermediary && "fix" in intermediary) return failed("stream", intermediary.says, intermediary.fix);
    return failed(
      "stream",
      `answered ${answer.status} with ${answer.headers["content-type"] ?? "no type"}${typeof error === "string" ? `, ${error}` : ""}, instead of text/event-stream`,
      "The proxy has to forward the header Accept to the login API, and return Content-Type.",
    );
  }
  const { headers, firstEventMs } = stream;
  if (firstEventMs !== undefined)
    return ok("stream", `the first status arrived after ${Math.round(firstEventMs)} ms`);
  const encoding = headers["content-encoding"];
  return failed(
    "stream",
    encoding === undefined
      ? "buffered: its headers arrived, but no status"
      : `buffered: it is compressed (${encoding}), and no status arrived`,
    encoding === undefined
      ? buffering
      : `Two possible causes: a proxy compresses the stream (turn off compression for text/event-stream, and keep Cache-Control: no-transform), or it buffers the stream. See ${deployment}.`,
  );
}
