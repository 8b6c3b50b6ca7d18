import { defer, Observable, of, type Subscriber } from "rxjs";
import { eventStreamParser } from "../../protocol/event-stream.js";
import { errorStatus, statusEvent, type ErrorAnswer, type StartAnswer } from "../../protocol/login-api.js";
import {
  parseCodeAnswer,
  parseErrorAnswer,
  parseJson,
  parseLoginAnswer,
  parseNumberRequired,
  parseStartAnswer,
  parseStatusAnswer,
} from "../../protocol/login-api.js";
import type { LoginErrorCode } from "../flow/state.js";
import { RequestError, toRequestError, type Backend, type StreamSignal } from "./backend.js";
import { firstStartsDone, markStarted, withStartLock } from "./locks.js";

export interface HttpBackend extends Backend {
  /** Whether a login may ask for the number on the phone, as far as the server has said. */
  readonly mayAsk: boolean;
}

/**
 * The login API over `fetch`.
 * @param endpoint its URL, as `endpointUrl` gives it
 * @param language the language of the phone's message, if the page names one
 * @param isExpected whether the page or this browser expects that a login asks for the number; is asked until a start has said it
 */
export function httpBackend(
  endpoint: string,
  language: string | undefined,
  isExpected: () => boolean = () => false,
): HttpBackend {
  let said: boolean | undefined;
  const mayAsk = (): boolean => said ?? isExpected();
  const urlOf = (attempt: string, call = "") => `${endpoint}/${encodeURIComponent(attempt)}${call}`;

  return {
    start: () =>
      defer(() => {
        const early = takeEarlyAnswer(endpoint, language);
        const received = (answer: StartAnswer): StartAnswer => {
          said = !!answer.digits;
          return {
            ...answer,
            expires_in: answer.expires_in - (early ? Date.now() - early.at : 0) / 1_000,
          };
        };
        const arrived = early?.text ? parseStartAnswer(parseJson(early.text)) : undefined;
        if (arrived) {
          markStarted(endpoint);
          // Synchronously, so that the element's first frame has the code.
          return of(received(arrived));
        }
        return request((signal) =>
          withStartLock(endpoint, signal, async () => {
            const init = { ...post({ language }), signal };
            return received(await exchange(endpoint, init, parseStartAnswer, toErrorCode, early?.answer));
          }),
        );
      }),
    renew: (attempt) =>
      request((signal) =>
        exchange(urlOf(attempt, "/otp"), { ...post({ language }), signal }, parseCodeAnswer),
      ),
    stream: (attempt) =>
      request(async (signal, subscriber) => {
        await firstStartsDone(endpoint);
        return readStream(urlOf(attempt), signal, subscriber);
      }),
    poll: (attempt, waitSeconds) =>
      request((signal) => {
        const headers = { Accept: "application/json", ...(waitSeconds && { Prefer: `wait=${waitSeconds}` }) };
        return exchange(urlOf(attempt), { headers, signal }, parseStatusAnswer);
      }),
    login: (attempt, number) =>
      request(async (signal) => {
        const logIn = (number: string | null | undefined) =>
          exchange(
            urlOf(attempt, "/login"),
            // A followed redirect would give another page's text as the answer.
            { ...post({ number }), redirect: "manual", signal },
            parseLoginAnswer,
            toLoginErrorCode,
          );
        if (!mayAsk() || number !== undefined) return logIn(number);
        // Says that the question may be an answer: browsers show each 403 as an error of the page.
        const answer = await logIn(null).catch((error: unknown) => {
          // Another server behind this address may be older.
          if (isInvalidRequest(error)) return logIn(undefined);
          throw error;
        });
        const body = parseNumberRequired(answer);
        if (body) throw new RequestError("pairing_required", undefined, undefined, 0, { status: 200, body });
        return answer;
      }),
    get mayAsk() {
      return mayAsk();
    },
  };
}

const isInvalidRequest = (error: unknown): boolean => {
  const { status, body } = toRequestError(error).answer ?? {};
  return status === 400 && parseErrorAnswer(body)?.error === "invalid_request";
};

/**
 * What `early.js` leaves for the element: the answer to a start that it sent while the element's file was still loading. It may
 * come from another version than the element, so members are only ever added.
 */
interface EarlyAnswer {
  endpoint: string;
  language: string | undefined;
  /** When it was sent, in milliseconds of `Date.now()`. */
  at: number;
  /** Resolves to nothing if the request failed. */
  answer: Promise<Response | undefined>;
  /** The body of a successful answer, once it has arrived. */
  text?: string | undefined;
}

/** After this time the attempt may be over. */
const earlyLimitMs = 10_000;

/** Takes the early answer, once, if it answers the request that this start would send. */
function takeEarlyAnswer(endpoint: string, language: string | undefined): EarlyAnswer | undefined {
  const page = globalThis as { oneginiOtpLoginEarly?: EarlyAnswer | undefined };
  // A frame with that name is a global too, but no property of the window's own; reading one of another origin throws.
  const early = Object.hasOwn(page, "oneginiOtpLoginEarly") && page.oneginiOtpLoginEarly;
  if (
    !early ||
    early.endpoint !== endpoint ||
    early.language !== language ||
    Date.now() > early.at + earlyLimitMs
  )
    return undefined;
  page.oneginiOtpLoginEarly = undefined;
  return early;
}

const post = (value: unknown): RequestInit => ({
  method: "POST",
  body: JSON.stringify(value),
  headers: { "Content-Type": "application/json" },
});

/** A cold request. The value that `run` resolves to, if any, is emitted last. */
const request = <T>(
  run: (signal: AbortSignal, subscriber: Subscriber<T>) => Promise<T | undefined>,
): Observable<T> =>
  new Observable((subscriber) => {
    let controller: AbortController | undefined = new AbortController();
    run(controller.signal, subscriber).then(
      (value) => {
        if (value) subscriber.next(value);
        subscriber.complete();
      },
      (error: unknown) => {
        // The request is over. Aborting it would take the answer's body from the page.
        controller = undefined;
        subscriber.error(error);
      },
    );
    return () => controller?.abort();
  });

const send = async (url: string, init: RequestInit): Promise<Response> => {
  try {
    return await fetch(url, { credentials: "include", cache: "no-store", ...init });
  } catch (cause) {
    // Any endpoint that is a URL has been made absolute by now.
    const description = URL.canParse(url) ? undefined : `endpoint="${url}" is not a URL`;
    throw new RequestError("network_error", cause, description);
  }
};

/** Reads a copy, so that the page can read the answer itself. */
const readBody = async (response: Response): Promise<unknown> => {
  try {
    return parseJson(await response.clone().text());
  } catch (cause) {
    throw new RequestError("network_error", cause);
  }
};

/** Sends a request and parses its answer. An answer that is not 2xx or cannot be parsed is thrown as an error. */
async function exchange<T>(
  url: string,
  init: RequestInit,
  parse: (value: unknown) => T | undefined,
  codeOf = toErrorCode,
  early?: Promise<Response | undefined>,
): Promise<T> {
  // Not `await early`: without an early answer the request must go out in this task.
  const response = (early && (await early)) ?? (await send(url, init));
  const value = await readBody(response);
  const answer = response.ok ? parse(value) : undefined;
  if (answer === undefined) throw errorOf(response, value, codeOf);
  return answer;
}

const errorOf = (response: Response, body: unknown, codeOf: typeof toErrorCode) => {
  const { status, headers } = response;
  const error = parseErrorAnswer(body);
  return new RequestError(
    codeOf(status, error),
    response,
    error?.error_description,
    retryAfterMs(headers.get("Retry-After") ?? ""),
    { status, body },
  );
};

const toErrorCode = (status: number, error?: ErrorAnswer): LoginErrorCode => {
  if (error) return error.error;
  if (status === 429) return "too_many_requests";
  if (status === 500) return "server_error";
  return status > 500 ? "temporarily_unavailable" : "invalid_response";
};

const toLoginErrorCode: typeof toErrorCode = (status, error) => {
  // The site's `signIn` may answer 403 itself, even with an error code of the API.
  const isOfKit =
    status >= 500 ||
    (error &&
      error.error !== "invalid_request" &&
      errorStatus[error.error] === status &&
      (status !== 403 || error.error_description));
  return isOfKit ? toErrorCode(status, error) : "login_refused";
};

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110 §10.2.3); 0 for anything else. At most an hour. */
const retryAfterMs = (value: string): number => {
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return ms > 0 ? Math.min(ms, 3_600_000) : 0;
};

async function readStream(
  url: string,
  signal: AbortSignal,
  subscriber: Subscriber<StreamSignal>,
): Promise<undefined> {
  const response = await send(url, { headers: { Accept: "text/event-stream" }, signal });
  const isStream = /^text\/event-stream\b/i.test(response.headers.get("Content-Type") ?? "");
  if (!response.ok || !isStream || !response.body)
    throw errorOf(response, await readBody(response), toErrorCode);
  const feed = eventStreamParser({
    onEvent(event, data) {
      const answer = event === statusEvent ? parseStatusAnswer(parseJson(data)) : undefined;
      // Anything else is ignored, so that a stream without a valid event counts as silent.
      if (answer) subscriber.next({ type: "status", answer });
    },
    onRetry: (delayMs) => subscriber.next({ type: "retry", delayMs }),
    onComment: () => subscriber.next({ type: "alive" }),
  });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    feed(decoder.decode(chunk.value, { stream: true }));
  }
}
