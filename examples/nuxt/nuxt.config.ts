/** Of the page, as the browser shows it. Also needed at the build. */
const isHttps = (process.env.ORIGIN ?? "").startsWith("https:");

/** For pages of people who are logged in: browsers do not keep them, and no other page can frame them. */
const privateHeaders = { "Cache-Control": "no-store", "Content-Security-Policy": "frame-ancestors 'none'" };

// #region config
export default defineNuxtConfig({
  // #region …
  compatibilityDate: "2026-01-01",
  routeRules: { "/account": { headers: privateHeaders } },
  runtimeConfig: {
    session: {
      // On https, browsers accept a `__Host-` cookie only from this very host, and only one, for all paths.
      name: isHttps ? "__Host-session" : "session",
      password: "", // from NUXT_SESSION_PASSWORD
      cookie: { sameSite: "lax", secure: isHttps },
    },
  },
  // #endregion …
  modules: ["nuxt-auth-utils"],
  vue: { compilerOptions: { isCustomElement: (tag) => tag === "onegini-otp-login" } },
  // Otherwise the first visit in development loads the page again (it may anyway, for a dependency of Nuxt).
  vite: { optimizeDeps: { include: ["onegini-otp-login", "onegini-otp-login/vue"] } },
});
// #endregion config
