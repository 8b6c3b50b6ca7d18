import type { TestContext } from "node:test";
import {
  createPhone,
  createTokenServer,
  listen,
  type Faults,
  type TokenServerOptions,
} from "onegini-otp-login/emulator";
import type { StartedTransaction } from "../../../../src/server/token-server/token-server-answers.js";
import { freePort } from "../../../support/services/free-port.js";
import { assertNoSecrets, runDoctor, type Run } from "./run-doctor.js";
import { variableOf, type SettingName } from "../../../../src/service/settings/setting-list.js";
import type { DoctorRun } from "../../../../src/service/doctor/doctor-command.js";

export const clientSecret = "client secret/of+the=tenant";
export const callbackPassword = "callback pässword";

/** A tenant in which one thing may be wrong. */
export interface Tenant {
  /** What its administrator set. */
  tokenServer?: (callbackUri: string) => Partial<TokenServerOptions>;
  faults?: Faults;
  /** What stands in place of the Token Server, or in front of it. */
  front?: (request: Request, pass: (request: Request) => Promise<Response>) => Promise<Response>;
  /** The site's settings beside the right ones; undefined leaves one out. */
  settings?: Record<string, string | undefined> | ((url: string) => Record<string, string | undefined>);
  /** Whose settings they are: variables for the service (the default), flags for a kit. */
  backend?: "service" | "kit";
  /** What the person with the phone does. Default `accept`. */
  phone?: "accept" | "deny" | "fail" | "nothing";
  /** Sends the callback in the Token Server's place. */
  callback?: (url: string, transactionId: string) => Promise<unknown>;
  flags?: readonly string[];
  edge?: Partial<DoctorRun>;
}

/** Runs doctor on a tenant that is right but for what is given, and looks for secrets in all that it writes. */
export async function examine(
  t: Pick<TestContext, "after">,
  {
    tokenServer,
    faults,
    front,
    settings = {},
    backend = "service",
    phone = "accept",
    callback,
    flags = ["--json"],
    edge,
  }: Tenant,
): Promise<Run> {
  const port = await freePort();
  const callbackUri = `http://127.0.0.1:${port}/otp-login/callback`;
  const emulator = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds: 60 }],
    clients: [{ id: "site", secret: clientSecret }],
    ...((faults ?? callback) && { faults: { ...faults, ...(callback && { callbacks: { lose: true } }) } }),
    ...tokenServer?.(callbackUri),
  });
  const pass = (request: Request) => emulator.fetch(request);
  const { url, close } = await listen({ fetch: (request) => (front ? front(request, pass) : pass(request)) });
  t.after(close);
  const given = {
    "token-server-url": url,
    "client-id": "site",
    "client-secret": clientSecret,
    type: "qr-code",
    message: "Log in to Example",
    "callback-uri": callbackUri,
    port: String(port),
    ...(typeof settings === "function" ? settings(url) : settings),
  };
  const stop = new AbortController();
  const codes: StartedTransaction[] = [];
  const answer = async ({ otp, id }: StartedTransaction): Promise<void> => {
    if (phone === "nothing") return stop.abort();
    if (phone === "fail") return void emulator.failTransaction(id, "invalid_answer");
    const alice = createPhone(emulator, "alice");
    await alice.enroll();
    alice.onConfirmation((confirmation) => {
      const confirm = () => (phone === "accept" ? confirmation.accept() : confirmation.deny());
      // Before the answer, so that it is there when doctor hears of that.
      if (callback) void callback(callbackUri, id).then(confirm);
      else confirm();
    });
    await alice.handleMobileAuthWithOtp(otp);
  };
  const settingsGiven = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name as SettingName, value] as const],
  );
  const isService = backend === "service";
  const run = await runDoctor(
    t,
    [...(isService ? [] : settingsGiven.map(([name, value]) => `--${name}=${value}`)), ...flags],
    {
      stop: stop.signal,
      ...edge,
      onCode(code) {
        codes.push(code);
        void answer(code);
      },
    },
    isService ? Object.fromEntries(settingsGiven.map(([name, value]) => [variableOf(name), value])) : {},
  );
  assertNoSecrets(run, {
    clientSecret,
    callbackPassword,
    ...Object.fromEntries(codes.map(({ otp }, index) => [`otp ${index}`, otp])),
  });
  return run;
}
