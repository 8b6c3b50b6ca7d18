import { toNodeHandler } from "onegini-otp-login/node";

const handle = fromNodeMiddleware(toNodeHandler(loginKit));

export default defineEventHandler(async (event) => {
  const { req, res } = event.node;
  Object.assign(req, { event }); // for `signIn`
  // For a page that is rendered with its code.
  event.context.beginLogin = async () => {
    const pageUrl = getRequestURL(event, { xForwardedHost: true });
    const begun = await loginKit.begin(toWebRequest(event), { req, res }, { pageUrl });
    begun?.headers.forEach((value, name) => appendResponseHeader(event, name, value));
    return begun;
  };
  await handle(event);
  if (res.destroyed) return null; // the browser has left: Nuxt need not render a page
});
