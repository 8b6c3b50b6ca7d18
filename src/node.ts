/**
 * The kit on Node's `http` and on frameworks with `(req, res)`: Express, Fastify, Connect, Polka.
 *
 * @module
 */
export { nodeTransport } from "./node/node-transport.js";
export { toNodeHandler, toWebRequest, type NodeContext, type NodeHandler } from "./node/node-handler.js";
