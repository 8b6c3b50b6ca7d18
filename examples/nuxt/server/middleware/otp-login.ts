import { toNodeHandler } from "onegini-otp-login/node";

const handle = fromNodeMiddleware(toNodeHandler(loginKit));

export default defineEventHandler((event) => {
  Object.assign(event.node.req, { event }); // for `signIn`
  return handle(event);
});
