import assert from "node:assert/strict";
import { inWords } from "./answers.js";
import {
  callbackFollowed,
  done,
  loginCall,
  renewCall,
  statusCall,
  type Issue,
  type Said,
  type Step,
  type Surroundings,
} from "./calls.js";
import type { Made } from "./explain.js";
import { codeOf, cookieOf, nobodysId, type Model, type ModelAttempt } from "./model.js";
import type { Call } from "./steps.js";
import type { World } from "./world.js";

/** Makes a call, and says what of it the model has to explain. */
export async function makeCall(
  call: Call,
  attempt: ModelAttempt | undefined,
  model: Model,
  world: World,
  around: Surroundings,
): Promise<Made> {
  const userAgent = world.nextCall();
  const path = `/${attempt?.id ?? nobodysId}`;
  if (call.do === "callback") {
    const id = codeOf(attempt, call.code) ?? "transaction-0";
    const answer = await world.call(call.node, callbackRequest({ transaction_id: id }, world));
    if (answer) assert.equal(answer.status, 204, "the answer to a callback");
    return { step: callbackFollowed(around, id), said: done, mayStop: false };
  }
  const cookie = cookieOf(call.who, attempt, model);
  const isOwner = attempt !== undefined && cookie === attempt.owner;
  const made = (step: Step, said: Said | undefined): Made => ({ step, said, mayStop: false });
  switch (call.do) {
    case "status": {
      const answer = await world.call(call.node, { method: "GET", path, cookie, userAgent });
      return made(statusCall(around, isOwner), await inWords(answer));
    }
    case "renew": {
      const request = { method: "POST", path: `${path}/otp`, cookie, userAgent } as const;
      const said = await inWords(await world.call(call.node, request));
      return made(renewCall(around, isOwner, issueOf(userAgent, world)), said);
    }
    case "login": {
      const request = { method: "POST", path: `${path}/login`, cookie, userAgent } as const;
      const answer = await world.call(call.node, { ...request, signInThrows: call.throws });
      return made(loginCall(around, isOwner, call.throws), await inWords(answer));
    }
    default:
      return call satisfies never;
  }
}

export const callbackRequest = (body: object, world: World) =>
  ({ method: "POST", path: "/callback", body, userAgent: world.nextCall() }) as const;

/** What the start of a transaction came to, or would have. */
export function issueOf(userAgent: string, { tokenServer }: World): Issue & { said: Said } {
  const id = tokenServer.startedBy(userAgent);
  if (id !== undefined) return { kind: "started", id, said: "" };
  const said = tokenServer.starts === "refused" ? "500 server_error" : "503 temporarily_unavailable";
  return { kind: "error", said };
}
