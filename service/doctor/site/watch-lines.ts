import { failed, fixFirst, notChecked, ok, unknown, type CheckId, type Line } from "../lines.js";
import { intermediaryIn } from "./intermediary.js";
import { isPending, type SiteFacts } from "./site-visit.js";
import { jsonIn, type Answer, type StreamAnswer } from "./visitor.js";

const oneStore = "Give all processes one Redis: the kit's store, the service's redis-url.";

/**
 * The lines of a login that was started.
 *
 * @param waitsFor a fault that may be the reason of each of these
 */
export function watchLines({ statuses, stream, login }: SiteFacts, waitsFor: CheckId | undefined): Line[] {
  const [first] = statuses ?? [];
  if (!statuses || !first || !stream) return notChecked(["status", "stream"], fixFirst("login-api"));
  const isGood = statuses.every(isPending);
  if (!isGood && waitsFor !== undefined) return notChecked(["status", "stream"], fixFirst(waitsFor));
  const line = loginFault(login, statuses) ?? statusLine(statuses);
  // After another answer than "pending" the stream's answer says no more.
  return isPending(first) === true && statuses.every((each) => isPending(each) !== false)
    ? [line, streamLine(stream)]
    : [line, unknown("stream", fixFirst("status"))];
}

/** A proxy may let the start through, and no POST below it. The kit answers 409 `authorization_pending`. */
function loginFault(login: Answer | undefined, statuses: readonly Answer[]): Line | undefined {
  if (login?.kind !== "answered" || !statuses.every((each) => isPending(each) === true)) return undefined;
  if (typeof jsonIn(login)?.["error"] === "string") return undefined;
  const intermediary = intermediaryIn(login);
  if (intermediary && "fix" in intermediary)
    return failed("status", `pending, and the login call fails: ${intermediary.says}`, intermediary.fix);
  return failed(
    "status",
    `pending, and the login call (POST …/login) is answered ${login.status}, not by the login API`,
    "The proxy has to pass POST on for each path below the login API's, as for the start.",
  );
}

function statusLine(statuses: readonly Answer[]): Line {
  const known = statuses.filter(isPending).length;
  const strange = statuses.filter((each) => isPending(each) === false).length;
  const other = statuses.find((each) => isPending(each) === undefined);
  if (known === statuses.length) return ok("status", `pending, in each of ${known} answers`);
  if (known > 0 && strange > 0)
    return failed(
      "status",
      `${strange} of ${statuses.length} answers do not know the login: several processes answer, and they have no common store`,
      oneStore,
    );
  if (other === undefined)
    return failed(
      "status",
      "answered 404, unknown_attempt",
      "These look alike: the cookie does not come back to the login API (the proxy removes Cookie or changes Set-Cookie), or several processes run without one Redis (the kit's store, the service's redis-url).",
    );
  const intermediary = intermediaryIn(other);
  if (intermediary?.kind === "limit" && known > 0)
    return unknown(
      "status",
      `pending, and after ${known} answers ${intermediary.says}: doctor asks faster than a page does. Whether all processes know the login was not seen`,
    );
  const says = other.kind === "silent" ? other.reason : String(other.status);
  const of = known > 0 ? `, after ${known} that were right` : "";
  return intermediary && "fix" in intermediary
    ? failed("status", `${intermediary.says}${of}`, intermediary.fix)
    : failed(
        "status",
        `answered ${says}${of}`,
        "The proxy has to pass the whole path on, with GET and the header Accept.",
      );
}

const deployment = "docs/deployment.md, “Buffering and compression”";

function streamLine(stream: StreamAnswer): Line {
  const buffering = `Turn the proxy's buffering off for this path (in nginx proxy_buffering off, or pass X-Accel-Buffering on). See ${deployment}.`;
  if (stream.kind === "silent")
    return failed(
      "stream",
      `held back: not even its headers came (${stream.reason})`,
      `Two faults look alike: a proxy waits for the whole answer (${buffering.charAt(0).toLowerCase()}${buffering.slice(1)}), or a firewall reads it to the end before it lets it through.`,
    );
  if (stream.kind === "other") {
    const { answer } = stream;
    if (isPending(answer) === false)
      return failed(
        "stream",
        "answered 404, unknown_attempt: another process answered than before, and they have no common store",
        oneStore,
      );
    const error = jsonIn(answer)?.["error"];
    const intermediary = error === undefined ? intermediaryIn(answer) : undefined;
    if (intermediary && "fix" in intermediary) return failed("stream", intermediary.says, intermediary.fix);
    return failed(
      "stream",
      `answered ${answer.status} with ${answer.headers["content-type"] ?? "no type"}${typeof error === "string" ? `, ${error}` : ""}, in place of text/event-stream`,
      "The proxy has to pass the header Accept on to the login API, and Content-Type back.",
    );
  }
  const { headers, firstEventMs } = stream;
  if (firstEventMs !== undefined)
    return ok("stream", `the first status came after ${Math.round(firstEventMs)} ms`);
  const encoding = headers["content-encoding"];
  return failed(
    "stream",
    encoding === undefined
      ? "held back: its headers came, and no status"
      : `held back: it is compressed (${encoding}), and no status came`,
    encoding === undefined
      ? buffering
      : `Two faults look alike: a proxy compresses the stream (turn compression off for text/event-stream, and keep Cache-Control: no-transform), or it holds the stream back. See ${deployment}.`,
  );
}
