import { createParser } from "eventsource-parser";
import { defer, Observable, of, type Subscriber } from "rxjs";
import { statusEvent, type ApiErrorCode, type StartAnswer } from "../../protocol/login-api.js";
import {
  parseCodeAnswer,
  parseErrorAnswer,
  parseJson,
  parseLoginAnswer,
  parseStartAnswer,
  parseStatusAnswer,
} from "../../protocol/parse.js";
import type { Backend, StreamSignal } from "./backend.js";
import { takeEarly } from "./early-answer.js";
import { RequestError } from "./request-error.js";
import type { LoginErrorCode } from "../flow/state.js";
import { firstTurns, hadTurn, inTurn } from "./start-lock.js";

/**
 * The login API over `fetch`.
 * @param endpoint its URL, without a slash at the end
 * @param language the language of the phone's message, if the page names one
 */
export function httpBackend(endpoint: string, language: string | undefined): Backend {
  const base = endpoint.replace(/\/+$/, "");
  const urlOf = (attempt: string, call = "") => `${base}/${encodeURIComponent(attempt)}${call}`;

  return {
    start: () =>
      defer(() => {
        const early = takeEarly(base, language);
        const aged = (answer: StartAnswer): StartAnswer => ({
          ...answer,
          expires_in: answer.expires_in - (early ? Date.now() - early.at : 0) / 1_000,
        });
        const heard = parseStartAnswer(parseJson(early?.text ?? ""));
        if (heard) {
          hadTurn(base);
          // At once, so that the first that is rendered is the code.
          return of(aged(heard));
        }
        return request((signal) =>
          inTurn(base, signal, async () => {
            const init = { ...post({ language }), signal };
            return aged(await exchange(base, init, parseStartAnswer, toFailure, early?.answer));
          }),
        );
      }),
    renew: (attempt) =>
      request((signal) =>
        exchange(urlOf(attempt, "/otp"), { ...post({ language }), signal }, parseCodeAnswer),
      ),
    stream: (attempt) =>
      request(async (signal, subscriber) => {
        await firstTurns(base);
        return readStream(urlOf(attempt), signal, subscriber);
      }),
    poll: (attempt, waitSeconds) =>
      request((signal) => {
        const prefer = waitSeconds ? { Prefer: `wait=${waitSeconds}` } : {};
        const headers = { Accept: "application/json", ...prefer };
        return exchange(urlOf(attempt), { headers, signal }, parseStatusAnswer);
      }),
    login: (attempt) =>
      request((signal) =>
        exchange(
          urlOf(attempt, "/login"),
          // A redirect would bring the page of somewhere else as if it were the answer.
          { ...post({}), redirect: "manual", signal },
          parseLoginAnswer,
          toLoginFailure,
        ),
      ),
  };
}

const post = (value: unknown): RequestInit => ({
  method: "POST",
  body: JSON.stringify(value),
  headers: { "Content-Type": "application/json" },
});

/** A cold request: sent when subscribed, aborted when unsubscribed. What it resolves to is its last value. */
const request = <T>(
  run: (signal: AbortSignal, subscriber: Subscriber<T>) => Promise<T | undefined>,
): Observable<T> =>
  new Observable((subscriber) => {
    const controller = new AbortController();
    run(controller.signal, subscriber).then(
      (value) => {
        if (value) subscriber.next(value);
        subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
    return () => controller.abort();
  });

const send = async (url: string, init: RequestInit): Promise<Response> => {
  try {
    return await fetch(url, { credentials: "include", cache: "no-store", ...init });
  } catch (cause) {
    throw new RequestError("network_error", cause);
  }
};

const body = async (response: Response): Promise<unknown> => {
  try {
    return parseJson(await response.text());
  } catch (cause) {
    throw new RequestError("network_error", cause);
  }
};

/** Sends a request and parses its answer; what is no success, or makes no sense, becomes an error with a code. */
async function exchange<T>(
  url: string,
  init: RequestInit,
  parse: (value: unknown) => T | undefined,
  toCode = toFailure,
  early?: Promise<Response | undefined>,
): Promise<T> {
  // Without an early answer it is sent at once, not after all that the page still does in this task.
  const response = (early && (await early)) ?? (await send(url, init));
  const value = await body(response);
  const answer = response.ok ? parse(value) : undefined;
  if (answer === undefined) throw refused(response, value, toCode);
  return answer;
}

const refused = (response: Response, value: unknown, toCode: typeof toFailure) => {
  const error = parseErrorAnswer(value);
  return new RequestError(
    toCode(response.status, error?.error),
    response,
    error?.error_description,
    retryAfterMs(response.headers.get("Retry-After")),
  );
};

const toFailure = (status: number, code?: ApiErrorCode): LoginErrorCode => {
  if (code) return code;
  if (status === 429) return "too_many_requests";
  if (status === 500) return "server_error";
  return status > 500 ? "temporarily_unavailable" : "invalid_response";
};

/** Codes of a login that say more than that it was refused. */
const telling = /^(unknown_attempt|attempt_settled|authorization_pending)$/;

const toLoginFailure: typeof toFailure = (status, code) =>
  status >= 500 || telling.test(code ?? "") ? toFailure(status, code) : "login_refused";

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110 §10.2.3); 0 for what is neither. */
const retryAfterMs = (value: string | null): number => {
  const ms = /^\s*\d+\s*$/.test(value ?? "") ? Number(value) * 1_000 : Date.parse(value ?? "") - Date.now();
  return ms > 0 ? Math.min(ms, 3_600_000) : 0;
};

async function readStream(
  url: string,
  signal: AbortSignal,
  subscriber: Subscriber<StreamSignal>,
): Promise<undefined> {
  const response = await send(url, { headers: { Accept: "text/event-stream" }, signal });
  const isStream = /^text\/event-stream\b/i.test(response.headers.get("Content-Type") ?? "");
  if (!response.ok || !isStream || !response.body) throw refused(response, await body(response), toFailure);
  const parser = createParser({
    onEvent({ event, data }) {
      const answer = event === statusEvent ? parseStatusAnswer(parseJson(data)) : undefined;
      // Nonsense is no sign of life: a stream that says nothing else is dead.
      if (answer) subscriber.next({ type: "status", answer });
    },
    onRetry: (delayMs) => subscriber.next({ type: "retry", delayMs }),
    onComment: () => subscriber.next({ type: "alive" }),
  });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    parser.feed(decoder.decode(chunk.value, { stream: true }));
  }
}
