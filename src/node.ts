/**
 * The kit on Node: with Node's `http`, and with frameworks that use `(req, res)`, such as Express and Connect. For Fastify there
 * is `onegini-otp-login/fastify`.
 *
 * @module
 */
import { nodeTransport } from "./node/node-transport.js";
import type { LoginKit } from "./server/login-kit.js";
import type { LoginKitOptionsFunction } from "./server/on-demand/kit-source.js";
import { createKit } from "./server/on-demand/on-demand-kit.js";
import type { LoginKitOptions } from "./server/options.js";

export { nodeTransport };
export type { LoginKit, LoginKitOptions, LoginKitOptionsFunction };
export {
  gracefulShutdown,
  type GracefulShutdown,
  type GracefulShutdownOptions,
} from "./node/graceful-shutdown.js";
export { toNodeHandler, toWebRequest, type NodeContext, type NodeHandler } from "./node/node-handler.js";

/**
 * Creates the kit of a site that runs on Node. It is `createLoginKit` of `onegini-otp-login/server`, with `nodeTransport` as
 * the default of `transport`.
 *
 *     const kit = createLoginKit({ … });
 *     createServer(toNodeHandler(kit)).listen(3000);
 *
 * @param options the options, or a function that returns them or a promise of them, as in `onegini-otp-login/server`
 * @throws TypeError that names the option that is missing or wrong and says what is expected; not with a function
 */
export const createLoginKit = <Context = unknown>(
  options: LoginKitOptions<Context> | LoginKitOptionsFunction<Context>,
): LoginKit<Context> => createKit(options, nodeTransport);
