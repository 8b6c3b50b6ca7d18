import { createPhone, createTokenServer } from "onegini-otp-login/emulator";
import { isLoopback } from "../../src/protocol/loopback.js";
import type { DemoConfig } from "./demo-config.js";
import { lifeSeconds, playgroundCallback } from "../playground/playground-choices.js";

/** The name of the mobile authentication type, in the emulator and at a real Token Server. */
export const otpType = "qr-code";

/** The name of the playground's type with this lifetime of codes. */
export const typeWithLife = (seconds: number): string => `${otpType}-${seconds}-seconds`;

/** The Token Server that the demo calls, and the part of it that this process answers. */
interface DemoTokenServer {
  url: string;
  /** Whether the page `/phone` can work: a real Token Server needs the real app. */
  hasPhone: boolean;
  /** Answers a request to the emulator; undefined for any other request. */
  answer: (request: Request) => Promise<Response> | undefined;
}

/** @param port - the demo's own */
export async function chooseTokenServer(config: DemoConfig, port: number): Promise<DemoTokenServer> {
  const { tokenServerUrl: url } = config;
  if (url === undefined) return ownEmulator(config, port);
  return isLoopback(new URL(url).hostname)
    ? otherEmulator(url)
    : { url, hasPhone: false, answer: () => undefined };
}

async function ownEmulator(
  { clientId, clientSecret, codeSeconds, hasGeolocation, isPublic, origin, callbackUrl }: DemoConfig,
  port: number,
): Promise<DemoTokenServer> {
  // The kit's default.
  const ownCallback = callbackUrl ?? (origin === undefined ? undefined : `${origin}/otp-login/callback`);
  const own = [ownCallback, playgroundCallback(port)].map((url) => url && new URL(url).href);
  const tokenServer = createTokenServer({
    types: [
      { name: otpType, ttlSeconds: codeSeconds },
      ...Object.values(lifeSeconds).map((seconds) => ({ name: typeWithLife(seconds), ttlSeconds: seconds })),
    ],
    clients: [{ id: clientId, secret: clientSecret }],
    geolocation: hasGeolocation,
    hosts: origin === undefined ? [] : [new URL(origin).hostname],
    // The emulator must not be used to post to other machines, or, if it is public, to other servers on this one.
    callbackUris: ({ hostname, href }) => own.includes(href) || (!isPublic && isLoopback(hostname)),
  });
  await createPhone(tokenServer, "demo-user").enroll();
  return {
    url: `http://127.0.0.1:${port}`,
    hasPhone: true,
    answer: (request) => (tokenServer.handles(request) ? tokenServer.fetch(request) : undefined),
  };
}

/**
 * The emulator of another demo on this machine. The phone's calls are forwarded to it, so that the page `/phone` works on
 * every demo behind a proxy.
 */
function otherEmulator(url: string): DemoTokenServer {
  return {
    url,
    hasPhone: true,
    answer(request) {
      const { pathname } = new URL(request.url);
      return pathname.startsWith("/phone/") ? forward(request, url + pathname) : undefined;
    },
  };
}

/** Marks a forwarded call, so that two demos that have each other as Token Server do not forward it endlessly. */
const via = "1.1 onegini-demo";

/** The emulator's own limit for a phone's call. */
const maxBodyBytes = 4_096;

async function forward(request: Request, url: string): Promise<Response> {
  if (request.headers.get("via")?.includes(via)) {
    return problem(508, "TOKEN_SERVER_URL points back to this demo.");
  }
  const { method } = request;
  const hasBody = method !== "GET" && method !== "HEAD";
  if (hasBody && request.headers.has("transfer-encoding")) {
    return problem(411, "The request must have a Content-Length.");
  }
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes) {
    return problem(413, `The body is larger than ${maxBodyBytes} bytes.`);
  }
  try {
    const body = hasBody ? await request.arrayBuffer() : null;
    const signal = AbortSignal.timeout(9_000);
    const headers = { via, "content-type": request.headers.get("content-type") ?? "application/json" };
    const answer = await fetch(url, { method, headers, body, signal, redirect: "manual" });
    const type = answer.headers.get("content-type");
    const isEmpty = answer.status === 204 || answer.status === 304;
    return new Response(isEmpty ? null : await answer.arrayBuffer(), {
      status: answer.status,
      headers: type === null ? {} : { "content-type": type },
    });
  } catch {
    return problem(502, "The Token Server at TOKEN_SERVER_URL cannot be reached.");
  }
}

/** An error in the shape of the phone's calls. 10018 is the SDK's "cannot be handled". */
const problem = (status: number, message: string): Response =>
  Response.json({ code: 10018, message }, { status });
