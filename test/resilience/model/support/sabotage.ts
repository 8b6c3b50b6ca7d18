import type { AttemptStore } from "onegini-otp-login/server";
import type { CallRequest, World } from "./world.js";

/** Breaks the kit on purpose, to see that the model notices. */
export interface Sabotage {
  /** Does not compare the answers with the model's, so that the monitor has to notice by itself. */
  blind?: boolean;
  store?: (store: AttemptStore) => AttemptStore;
  request?: (request: CallRequest, world: World) => CallRequest;
  response?: (response: Response, request: CallRequest) => Promise<Response> | Response;
  signIn?: (login: { userId: string; attempt: string; cookie: string | null }) => typeof login;
  timeouts?: {
    repeatSeconds?: number;
    claimSeconds?: number;
    graceSeconds?: number;
    silenceSeconds?: number;
  };
}
