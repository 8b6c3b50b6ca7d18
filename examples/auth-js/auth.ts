import NextAuth from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { login } from "./login-kit";

const isHttps = process.env.AUTH_URL?.startsWith("https:");

/** In place of your database: what Auth.js keeps in the session, by the user's id at the Token Server. */
const customers = new Map([["demo-user", { name: "Demo User", email: "demo-user@example.com" }]]);

declare module "next-auth" {
  interface User {
    attempt?: string;
  }
}

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    Credentials({
      id: "otp-login", // without one, every Credentials provider has the same
      credentials: { ticket: {} },
      // Anybody can post any credentials. Only the ticket counts, with the kit's cookie in the request. With `pairing`
      // `redeem` also sets the cookie that makes the browser known.
      async authorize({ ticket }) {
        const redeemed = await login.redeem(ticket);
        if (!redeemed) return null;
        const { userId, attempt } = redeemed;
        return { id: userId, attempt, ...customers.get(userId) };
      },
    }),
  ],
  callbacks: {
    // The session is in the cookie, so a copy of it works after the log-out too, and can be renewed. It ends by itself.
    jwt({ token, user }) {
      if (user) Object.assign(token, { since: Date.now(), attempt: user.attempt });
      return Date.now() - Number(token.since) < 8 * 3600_000 ? token : null;
    },
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub ?? "" } }),
  },
  // On https, browsers accept a `__Host-` cookie only from this very host, and only one, for all paths.
  cookies: isHttps ? { sessionToken: { name: "__Host-authjs.session-token" } } : {},
  pages: { signIn: "/login" },
});
