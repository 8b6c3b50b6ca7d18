import { randomBytes } from "node:crypto";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { admin } from "better-auth/plugins";
import { oneginiOtpLogin } from "onegini-otp-login/better-auth";
import { nodeTransport } from "onegini-otp-login/node";
import { clientIpBehind, createLoginKit } from "onegini-otp-login/server";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;

/** The bank's own data about its customers. */
const customers = new Map([["demo-user", { name: "demo-user", email: "demo-user@example.com" }]]);

const options = {
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  transport: nodeTransport,
  clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
};

export const auth = betterAuth({
  baseURL: ORIGIN,
  secret: process.env.BETTER_AUTH_SECRET ?? randomBytes(32).toString("base64"),
  database: memoryAdapter({ user: [], account: [], session: [], verification: [] }),
  plugins: [
    admin(), // can ban users
    oneginiOtpLogin({
      ...options,
      message: "Log in to the Better Auth example",
      getUser: ({ userId }) => customers.get(userId),
    }),
  ],
});

const refuse = (code: string) => Response.json({ code }, { status: 403 });

/** Adds a phone to the user who is logged in. */
export const phoneKit = createLoginKit({
  ...options,
  origin: ORIGIN,
  path: "/account/phone",
  message: "Add this phone to your account at the Better Auth example",
  async signIn({ userId, request }) {
    const session = await auth.api.getSession({ headers: request.headers });
    if (!session) return refuse("LOGGED_OUT");
    const { internalAdapter } = await auth.$context;
    const phone = { providerId: "onegini", accountId: userId };
    const owner = await internalAdapter.findAccountOwnerByKey(phone);
    if (!owner) await internalAdapter.linkAccount({ ...phone, userId: session.user.id });
    else if (owner.account.userId !== session.user.id) return refuse("PHONE_IN_USE");
    return { redirect_to: "/account" };
  },
});
