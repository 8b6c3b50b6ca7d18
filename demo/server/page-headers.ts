import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";

const policy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  // The site's icon.
  imgSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
  requireTrustedTypesFor: ["'script'"],
};

const withScript = {
  ...policy,
  scriptSrc: ["'self'"],
  connectSrc: ["'self'"],
  // The policy of Lit, in the widget and in the phone. Each page has one Lit.
  trustedTypes: ["lit-html"],
};

const common = {
  // With "no-referrer" browsers would send forms with `Origin: null`.
  referrerPolicy: "same-origin",
  xFrameOptions: "DENY",
  // Useless for http on loopback.
  strictTransportSecurity: false,
} as const;

/** Headers of pages without a script. */
export const plainPageHeaders = secureHeaders({
  ...common,
  contentSecurityPolicy: { ...policy, trustedTypes: ["'none'"] },
  permissionsPolicy: { camera: [], displayCapture: [] },
});

/** Headers of the login page and the playground: the strict policy under which the widget runs. */
export const loginPageHeaders = secureHeaders({
  ...common,
  contentSecurityPolicy: withScript,
  permissionsPolicy: { camera: [], displayCapture: [] },
});

/** Headers of the phone, which uses the camera or a shared tab and compiles its QR reader. */
export const phonePageHeaders = secureHeaders({
  ...common,
  contentSecurityPolicy: { ...withScript, scriptSrc: ["'self'", "'wasm-unsafe-eval'"] },
  permissionsPolicy: { camera: ["self"], displayCapture: ["self"] },
});

/** For pages that show who is logged in. */
export const noStore = createMiddleware(async (c, next) => {
  await next();
  c.header("Cache-Control", "no-store");
});

/** For pages that differ only by language: cached and revalidated, and allowed in the back-forward cache. */
export const revalidate = createMiddleware(async (c, next) => {
  await next();
  // A page that contains a code must not be cached: the kit's `no-store` stays.
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "private, no-cache");
  c.header("Vary", "Accept-Language, Cookie");
});
