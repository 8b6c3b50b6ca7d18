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
  // Lit's, in the widget and in the phone. There is one Lit in each page.
  trustedTypes: ["lit-html"],
};

const common = {
  // "same-origin", not "no-referrer": under that, browsers send forms with `Origin: null`.
  referrerPolicy: "same-origin",
  xFrameOptions: "DENY",
  // http on loopback has no use for it.
  strictTransportSecurity: false,
} as const;

/** Headers of pages that run no script. */
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

/** Headers of the phone: it may use the camera and look at a shared tab, and compiles its QR reader. */
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

/** For pages that are the same for everybody, in a language: kept, but asked after. They may rest in the back-forward cache. */
export const revalidate = createMiddleware(async (c, next) => {
  await next();
  // A page that brought a code along is nobody else's, and not to be kept.
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "private, no-cache");
  c.header("Vary", "Accept-Language, Cookie");
});
