import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { phoneCalls } from "../../../support/demo/demo.js";
import { listen } from "../../../support/listen.js";
import { runServe, type ServeProcess, siteClient } from "../../../support/services/serve-process.js";
import { until } from "../../../support/until.js";
import { WidgetVisitor } from "../../../support/widget-visitor.js";
import { emulator } from "../../../unit/server/support/site.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Two processes of `serve` that share a Redis, and people who log in at both in turn. */
interface ServedSite {
  nodes: readonly ServeProcess[];
  /** A person comes to the login page. Resolves when the code is on the screen. */
  open: () => Promise<Person>;
  /** Forgets a user's browsers. Resolves to the status. */
  forgetBrowsers: (user: string) => Promise<number>;
}

interface Person {
  user: string;
  /** How often a login was begun. More than once: an attempt was lost. */
  begun: () => number;
  /** How long the login took since the first acceptance. */
  seconds: () => number;
  /** Accepts the code on the screen, again if it is a new one, until the site has redeemed the ticket. */
  logIn: () => Promise<void>;
}

const origin = "http://localhost:8000";
const secret = "internal-secret-of-the-test-0123456789";
let people = 0;

/** How long a person waits before "Try again". */
const patienceMs = 500;

/** Waits for something on a page. Where it offers "Try again" instead, that is pressed. */
function untilShown(
  visitor: WidgetVisitor,
  isShown: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  let pressAt = 0;
  return until(
    () => {
      if (visitor.state.phase === "failed" && performance.now() > pressAt) {
        pressAt = performance.now() + patienceMs;
        visitor.start();
      }
      return isShown();
    },
    what,
    120_000,
  );
}

const codeShown = (visitor: WidgetVisitor): Promise<void> =>
  untilShown(visitor, () => visitor.state.phase === "pending", "a code on the screen");

/** @param redisArguments what `serve` is told about Redis */
export async function servedSite(t: TestContext, redisArguments: readonly string[]): Promise<ServedSite> {
  const tokenServer = await emulator(t);
  const phone = phoneCalls(tokenServer.url);
  const addresses: string[] = [];
  let turn = 0;
  const next = (): string => addresses[(turn += 1) % addresses.length] ?? "";

  // The Token Server knows one address of the site.
  const front = createServer((request, response) => {
    request.setEncoding("utf8");
    let body = "";
    request.on("data", (part: string) => (body += part));
    request.on("end", () => {
      const headers = { "content-type": request.headers["content-type"] ?? "" };
      fetch(next() + (request.url ?? ""), { method: "POST", headers, body }).then(
        ({ status }) => response.writeHead(status).end(),
        () => response.writeHead(502).end(),
      );
    });
  });
  const callback = `${await listen(t, front)}/otp-login/callback`;

  const directory = temporaryFolder(t);
  const config = join(directory, "site.json");
  // All of them have one address.
  writeFileSync(config, JSON.stringify({ limits: { startsPerAddress: { count: 100_000, seconds: 60 } } }));
  const nodes = [1, 2].map(() =>
    runServe(
      t,
      ...["--config", config],
      ...["--origin", origin, "--token-server-url", tokenServer.url, "--message", "Log in"],
      ...siteClient,
      ...["--callback-uri", callback, "--internal-secret", secret, "--port", "0", "--internal-port", "0"],
      ...redisArguments,
    ),
  );
  addresses.push(...(await Promise.all(nodes.map((node) => node.said("ready")))));
  const internal = await Promise.all(nodes.map((node) => node.said("internal")));

  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${internal[(turn += 1) % internal.length]}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  /** As a site does: it tries again while the store does not work. */
  const redeem = async (ticket: unknown, cookie: string): Promise<string | undefined> => {
    let redeemed: Response | undefined;
    await until(async () => {
      redeemed = await post("/redeem", { ticket, cookie });
      return redeemed.status !== 503;
    }, "an answer to /redeem");
    return redeemed?.status === 200 ? ((await redeemed.json()) as { user_id: string }).user_id : undefined;
  };

  return {
    nodes,
    forgetBrowsers: async (user) => (await post("/forget-browsers", { user_id: user })).status,
    async open() {
      const user = `user-${(people += 1)}`;
      await phone.enroll(user);
      const begin = (): WidgetVisitor => {
        const visitor = new WidgetVisitor({ origin, route: next });
        t.after(() => visitor.leave());
        visitor.start();
        return visitor;
      };
      let visitor = begin();
      await codeShown(visitor);
      const attempts = new Set<unknown>();
      const note = (): void => {
        if (visitor.state.phase === "pending") attempts.add(visitor.state.attempt);
      };
      note();
      let [acceptedAt, doneAt] = [NaN, NaN];
      return {
        user,
        begun: () => attempts.size,
        seconds: () => (doneAt - acceptedAt) / 1000,
        async logIn() {
          const accepted = new Set<string>();
          acceptedAt = performance.now();
          for (;;) {
            await untilShown(
              visitor,
              async () => {
                if (visitor.state.phase === "pending" && !accepted.has(visitor.state.code.otp)) {
                  note();
                  const { otp } = visitor.state.code;
                  accepted.add(otp);
                  // The attempt may have been approved by the code before.
                  await phone.accept(otp, user).catch(() => undefined);
                }
                return visitor.state.phase === "completed";
              },
              `the login of ${user}`,
            );
            const ticket = visitor.state.phase === "completed" && visitor.state.answer?.["ticket"];
            if ((await redeem(ticket, visitor.cookie)) === user) {
              doneAt = performance.now();
              return;
            }
            visitor.leave();
            visitor = begin();
            await codeShown(visitor);
          }
        },
      };
    },
  };
}

/** Several people at once. */
export const openAll = (site: ServedSite, count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => site.open()));

/** People who come and log in one after the other, until the returned function is called. It gives their logins. */
export function load(site: ServedSite): () => Promise<Person[]> {
  let isOver = false;
  const done: Person[] = [];
  const lines = [1, 2, 3].map(async () => {
    while (!isOver) {
      const person = await site.open();
      await person.logIn();
      done.push(person);
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(lines);
    return done;
  };
}

/** How long the slowest of them took. */
export const longestOf = (some: readonly Person[]): string =>
  `the longest took ${Math.max(...some.map((person) => person.seconds())).toFixed(1)} s`;

/** How many of them had to begin again. */
export const begunAgain = (some: readonly Person[]): number =>
  some.filter((person) => person.begun() > 1).length;
