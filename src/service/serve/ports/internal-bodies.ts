import type { Context } from "hono";
import type { RedeemedLogin } from "onegini-otp-login/server";
import * as v from "valibot";
import { isObject, parseJson } from "../../../protocol/login-api.js";
import { parseQrLink } from "../../../protocol/qr-link.js";
import { readUpTo } from "../../../server/text/bytes.js";
import { isJsonType } from "../../../server/text/json-type.js";
import { ownObject } from "../../../server/text/own-object.js";
import { isNote, noteExpected } from "../../../server/text/printable.js";
import { badRequest, InternalError } from "./internal-error.js";

/* The bodies of the internal port's calls. An optional member may also be null, which is how most languages write it. */

const text = (name: string) => v.string(`"${name}" must be a string or null.`);
const optionalText = (name: string) => v.nullish(text(name));

const qrLinkExpected =
  '"qr_link" must be an https link with {otp} in its fragment and at most 110 other characters.';
// With a link that the kit refuses, `begin` would return no code.
const qrLink = v.nullish(v.pipe(v.string(qrLinkExpected), v.check(isTakenBy(parseQrLink), qrLinkExpected)));

export const redeemRequest = ownObject({
  // Missing if somebody opens the site's route by hand.
  ticket: optionalText("ticket"),
  cookie: optionalText("cookie"),
});

const areHeaders = isTakenBy((headers: Record<string, string>) => new Headers(headers));
const headersExpected = '"headers" must be an object of the page request\'s headers.';
export const beginRequest = ownObject({
  headers: v.pipe(
    v.record(v.string(), v.string(headersExpected), headersExpected),
    v.check((headers) => !Array.isArray(headers) && areHeaders(headers), headersExpected),
  ),
  // Any string, because a stranger may have chosen it, and the page must be rendered. The kit ignores one that is no IP address.
  address: optionalText("address"),
  qr_link: qrLink,
  page_url: optionalText("page_url"),
});

export const scannedRequest = ownObject({
  transaction_id: v.string('"transaction_id" must be the transaction_id in the scanned code.'),
  user_id: optionalText("user_id"),
  address: optionalText("address"),
  user_agent: optionalText("user_agent"),
});

const maxUserLength = 512;
const userExpected = `"user_id" must be the user_id of a login, of at most ${maxUserLength} characters.`;

const note = (name: string) =>
  v.nullish(v.pipe(text(name), v.check(isNote, `"${name}" must be ${noteExpected}.`)));

/** Who gave an order, and why: for the log. */
const whoAndWhy = { by: note("by"), reason: note("reason") };

const whoseExpected = 'Exactly one of "user_id" and "all" is required.';
const allExpected = '"all" must be true or null.';

export const forgetBrowsersRequest = v.pipe(
  ownObject({
    user_id: v.nullish(
      v.pipe(v.string(userExpected), v.nonEmpty(userExpected), v.maxLength(maxUserLength, userExpected)),
    ),
    all: v.nullish(v.literal(true, allExpected)),
    ...whoAndWhy,
  }),
  v.check(({ user_id: user, all }) => (user == null) !== (all == null), whoseExpected),
);

const untilExpected =
  '"until" must be an instant in ISO 8601 with its time zone, such as "2026-01-01T06:00:00Z", or null.';

export const resumeRequest = ownObject(whoAndWhy);

export const pauseRequest = ownObject({
  ...whoAndWhy,
  until: v.nullish(
    v.pipe(
      v.string(untilExpected),
      // Without a time zone it would be one of this machine's.
      v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/, untilExpected),
      v.transform((text) => new Date(text)),
      v.check((time) => !Number.isNaN(time.getTime()), untilExpected),
    ),
  ),
});

/** Whether a function takes a value, and does not throw. */
function isTakenBy<Value>(take: (value: Value) => unknown): (value: Value) => boolean {
  return (value) => {
    try {
      take(value);
      return true;
    } catch {
      return false;
    }
  };
}

/** Larger than the headers of a page request, which `/begin` has in its body. */
const maxBodyBytes = 65_536;

/** @throws InternalError 415, 413 or 400 */
export async function bodyOf<Schema extends v.GenericSchema>(
  c: Context,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  checkType(c);
  return parse(await textOf(c.req.raw), schema);
}

/** The same for a call that needs no body: an empty one counts as `{}`, whatever its type. */
export async function optionalBodyOf<Schema extends v.GenericSchema>(
  c: Context,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const text = await textOf(c.req.raw);
  if (text === "") return parse("{}", schema);
  checkType(c);
  return parse(text, schema);
}

function checkType(c: Context): void {
  if (!isJsonType(c.req.header("Content-Type")))
    throw new InternalError(415, "invalid_request", "The body must be application/json.");
}

function parse<Schema extends v.GenericSchema>(text: string, schema: Schema): v.InferOutput<Schema> {
  const json = parseJson(text);
  if (json === undefined) throw badRequest("The body must be JSON.");
  if (!isObject(json)) throw badRequest("The body must be a JSON object.");
  const { success, output, issues } = v.safeParse(schema, json);
  if (success) return output;
  const [{ type: kind, message }] = issues;
  // valibot reports a missing member at the object around it.
  throw badRequest(kind === "object" ? `${v.getDotPath(issues[0]) ?? "A member"} is missing.` : message);
}

/** Not by Hono's `bodyLimit`: it fails for a body without a length, because its Node adapter's request is no `Request`. */
async function textOf({ headers, body }: Request): Promise<string> {
  if (Number(headers.get("Content-Length")) > maxBodyBytes) throw tooLarge();
  if (!body) return "";
  const bytes = await readUpTo(body, maxBodyBytes).catch(() => {
    throw badRequest("The body is incomplete.");
  });
  if (!bytes) throw tooLarge();
  return new TextDecoder().decode(bytes);
}

const tooLarge = (): InternalError =>
  new InternalError(413, "invalid_request", `The body may have at most ${maxBodyBytes} bytes.`);

/** A login as JSON: snake_case, times in ISO 8601, null for what is unknown. */
export function loginOf({ userId, attempt, login, headers }: RedeemedLogin) {
  const { startedAt, approvedAt, address, userAgent, language, codes, browser, scanned } = login;
  const iso = (time: number) => new Date(time).toISOString();
  const cookies = headers.getSetCookie();
  return {
    user_id: userId,
    attempt,
    login: {
      started_at: iso(startedAt),
      approved_at: iso(approvedAt),
      address: address ?? null,
      user_agent: userAgent ?? null,
      language: language ?? null,
      codes,
      ...(browser && { browser }),
      ...(scanned && {
        scanned: {
          at: iso(scanned.at),
          address: scanned.address ?? null,
          user_agent: scanned.userAgent ?? null,
        },
      }),
    },
    ...(cookies.length > 0 && { set_cookie: cookies }),
  };
}
