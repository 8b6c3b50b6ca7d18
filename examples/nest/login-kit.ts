import { promisify } from "node:util";
import { Inject, Logger, Module, type BeforeApplicationShutdown } from "@nestjs/common";
import type { Request } from "express";
import { createLoginKit, type NodeContext } from "onegini-otp-login/node";
import type { LoginKit } from "onegini-otp-login/server";

declare module "express-session" {
  interface SessionData {
    userId: string;
    attempt: string;
  }
}

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000" } = process.env;
/** Of the page, as the browser shows it. */
export const { ORIGIN = `http://localhost:${PORT}` } = process.env;

const logger = new Logger("OneginiOtpLogin");

const createKit = () =>
  createLoginKit<NodeContext<Request>>({
    origin: ORIGIN,
    tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
    message: "Log in to the NestJS example",
    clientIp: (_request, { req }) => req.ip, // follows the setting "trust proxy"
    async signIn({ userId, attempt, context: { req } }) {
      await promisify(req.session.regenerate).call(req.session); // a new id, whatever came with the request
      Object.assign(req.session, { userId, attempt });
      await promisify(req.session.save).call(req.session);
      // Nothing to return: the page goes where its `redirect` says.
    },
    onEvent: ({ level, type, ...event }) => logger[level === "info" ? "log" : level](type, event),
  });

export const LOGIN_KIT = Symbol("LoginKit");

@Module({ providers: [{ provide: LOGIN_KIT, useFactory: createKit }], exports: [LOGIN_KIT] })
export class LoginKitModule implements BeforeApplicationShutdown {
  constructor(@Inject(LOGIN_KIT) private readonly kit: LoginKit) {}

  /** Ends the status streams: Nest waits for them before it closes the server. */
  beforeApplicationShutdown(): Promise<void> {
    return this.kit.close();
  }
}
