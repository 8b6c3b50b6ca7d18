import { Attempts } from "./attempts.js";
import type { Bounds } from "./bounds.js";
import { Codes } from "./codes.js";
import type { Config } from "./config.js";
import { BrowserCookie } from "./cookie.js";
import { Cors } from "./cors.js";
import { EarlyHints } from "./early-hints.js";
import type { Report } from "./events.js";
import type { SignIn } from "./options.js";
import { Questions } from "./questions.js";
import type { Runtime } from "./runtime.js";
import { TokenServerClient } from "./token-server.js";
import { Watching } from "./watching.js";

/** The parts of a kit, put together. */
export interface Kit<Context> {
  config: Config<Context>;
  bounds: Bounds;
  report: Report;
  runtime: Runtime;
  signIn: SignIn<Context>;
  attempts: Attempts;
  codes: Codes<Context>;
  cookie: BrowserCookie;
  cors: Cors;
  earlyHints: EarlyHints;
  questions: Questions;
  watching: Watching;
}

export function assembleKit<Context>(config: Config<Context>, runtime: Runtime): Kit<Context> {
  const { bounds, message, pollingMs, report, signIn } = config;
  const tokenServer = new TokenServerClient(config.tokenServer, runtime);
  const attempts = new Attempts(config.store, bounds, runtime, report);
  const questions = new Questions({ tokenServer, attempts, bounds, runtime, report }, (id) =>
    watching.isWatched(id),
  );
  const watching: Watching = new Watching({ attempts, questions, bounds, runtime, report, pollingMs });
  const cookie = new BrowserCookie(config.origin);
  const cors = new Cors(config.origins);
  const earlyHints = new EarlyHints(runtime);
  const codes = new Codes<Context>({
    attempts,
    bounds,
    cookie,
    earlyHints,
    message,
    questions,
    report,
    runtime,
    tokenServer,
  });
  return {
    config,
    bounds,
    report,
    runtime,
    signIn,
    attempts,
    codes,
    cookie,
    cors,
    earlyHints,
    questions,
    watching,
  };
}
