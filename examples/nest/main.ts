import { randomBytes } from "node:crypto";
import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import session from "express-session";
import { toNodeHandler } from "onegini-otp-login/node";
import { AppModule } from "./app.module.js";
import { LOGIN_KIT, ORIGIN } from "./login-kit.js";

const { PORT = "3000", TRUSTED_PROXIES = "0" } = process.env;
/** Signs the cookies. With a random one, a restart logs everybody out. */
const { SESSION_SECRET = randomBytes(32).toString("hex") } = process.env;
const isHttps = ORIGIN.startsWith("https:");

const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ["log", "warn", "error"] });
app.set("trust proxy", Number(TRUSTED_PROXIES));
app.use(
  session({
    // On https, browsers accept a `__Host-` cookie only from this very host, and only one, for all paths.
    name: isHttps ? "__Host-session" : "session",
    secret: SESSION_SECRET,
    cookie: { path: "/", httpOnly: true, sameSite: "lax", secure: isHttps },
    resave: false,
    saveUninitialized: false,
  }),
  toNodeHandler(app.get(LOGIN_KIT)), // after the session, which signIn needs
);
app.useStaticAssets("node_modules/onegini-otp-login/dist", { prefix: "/assets" });
app.enableShutdownHooks();
await app.listen(Number(PORT), "localhost");
console.log(`Open http://localhost:${PORT}`);
