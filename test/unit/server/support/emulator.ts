import { createServer } from "node:http";
import type { TestContext } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { createPhone, createTokenServer, type Phone, type TokenServer } from "onegini-otp-login/emulator";
import { listen } from "./listen.js";

/** A well-behaved Token Server on a port of its own, with a log of what it was asked. */
export interface Emulator {
  url: string;
  tokenServer: TokenServer;
  /** The transactions that were asked about, in order. */
  questions: string[];
  /** The forms of the transactions that were started. */
  starts: URLSearchParams[];
  /** How often credentials came in a header. */
  authorizations: (string | null)[];
  /** An enrolled phone that accepts or denies what it is shown. */
  phone(user?: string, accept?: boolean): Promise<Phone>;
}

export async function emulator(
  t: Pick<TestContext, "after">,
  { ttlSeconds = 60 }: { ttlSeconds?: number | undefined } = {},
): Promise<Emulator> {
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds }],
    clients: [{ id: "site", secret: "site-secret" }],
  });
  const questions: string[] = [];
  const starts: URLSearchParams[] = [];
  const authorizations: (string | null)[] = [];
  const answer = getRequestListener(
    async (request) => {
      const transaction = /\/transaction\/([^/]+)$/.exec(new URL(request.url).pathname)?.[1];
      authorizations.push(request.headers.get("authorization"));
      if (transaction) questions.push(transaction);
      if (!request.url.endsWith("/authenticate/user")) return tokenServer.fetch(request);
      const body = await request.text();
      starts.push(new URLSearchParams(body));
      return tokenServer.fetch(new Request(request.url, { method: "POST", headers: request.headers, body }));
    },
    { overrideGlobalObjects: false },
  );
  const url = await listen(
    t,
    createServer((req, res) => void answer(req, res)),
  );
  return {
    url,
    tokenServer,
    questions,
    starts,
    authorizations,
    async phone(user = "alice", accept = true) {
      const phone = createPhone(tokenServer, user);
      await phone.enroll();
      phone.onConfirmation((confirmation) => {
        if (accept) confirmation.accept();
        else confirmation.deny();
      });
      return phone;
    },
  };
}
