/**
 * The kit as a plugin of Fastify. It imports only types from Fastify.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyPluginCallback,
  FastifyReply,
  FastifyRequest,
  RouteOptions,
} from "fastify";
import { closeWithConnection, cookiesOf, toWebHeaders, originForm } from "./node/node-handler.js";
import { nodeTransport } from "./node/node-transport.js";
import { defaultPath } from "./protocol/login-api.js";
import type { Delivery } from "./server/http/call.js";
import { notFound } from "./server/http/api-error.js";
import { rawBodyOf, type OpenStream } from "./server/http/response.js";
import { forAdapter, type KitForAdapter } from "./server/create-login-kit.js";
import type { LoginKitEvent } from "./server/kit-events.js";
import type { LoginKit } from "./server/login-kit.js";
import type { LoginKitOptionsFunction } from "./server/on-demand/kit-source.js";
import { createKit } from "./server/on-demand/on-demand-kit.js";
import type { LoginKitOptions } from "./server/options.js";

/** The `context` that the plugin passes to the site's `signIn`, `clientIp` and `message`. */
export interface FastifyContext {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** The options of the plugin if a function returns the kit's options later. */
export interface FastifyLoginOptions {
  /** Returns the kit's options, or a promise of them. It runs at the kit's first call, and again ten seconds after it failed. */
  options: () => KitOptions | Promise<KitOptions>;
  /** The path of the login API, as in the kit's options. Default `/otp-login`. */
  path?: string;
}

/** Without `path`, which the plugin's routes need at once. */
type KitOptions = WithoutPath<LoginKitOptions<FastifyContext>>;
type WithoutPath<Options> = Options extends unknown ? Omit<Options, "path"> & { path?: never } : never;

declare module "fastify" {
  interface FastifyInstance {
    /** The site's kit, for `begin`, `redeem`, `scanned`, `forget` and `health`. The plugin calls its `close`. */
    oneginiOtpLogin: LoginKit<FastifyContext>;
  }
}

/**
 * Serves the login API, and adds the kit to the app as `app.oneginiOtpLogin`. Register it after the plugins whose hooks and
 * decorators `signIn` needs, such as that of the session: they run as for a route of the site, and the cookies that they set
 * go out with the kit's answers.
 *
 *     await app.register(fastifyCookie);
 *     await app.register(fastifySession, { secret });
 *     await app.register(oneginiOtpLogin, {
 *       origin, tokenServer, message,
 *       async signIn({ userId, context: { request } }) {
 *         await request.session.regenerate();
 *         request.session.userId = userId;
 *         return { redirect_to: "/account" };
 *       },
 *     });
 *
 * Its options are those of `createLoginKit`. If the app should start even with a wrong option or while the store is down, pass a
 * function that returns them or a promise of them: `{ options: async () => ({ … }) }`, with a `path` of your own beside it. The
 * function runs at the kit's first call.
 *
 * These defaults differ: `clientIp` is `request.ip`, which follows Fastify's `trustProxy`. `transport` is `nodeTransport`.
 * `onEvent` writes each event to `app.log` at its level; if the app has no logger, it writes warnings and errors to the console.
 * A `prefix` of the plugin or of its scope is put before `path`, as for every route. `app.close()` ends the status streams first.
 * It does not close the store, which belongs to the site.
 *
 * The registration fails with a TypeError that names a missing or wrong option and says what is expected. It also fails if the
 * scope has a kit already: register a second one, with another `path`, in a scope of its own.
 */
const oneginiOtpLogin: FastifyPluginCallback<PluginOptions> = Object.assign(
  (app: FastifyInstance, options: PluginOptions, done: (error?: Error) => void): void => {
    try {
      mount(app, options);
      done();
    } catch (error) {
      done(error as Error);
    }
  },
  // As `fastify-plugin` sets them: the decorator is the app's, not that of a scope around the plugin.
  {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: "onegini-otp-login",
    [Symbol.for("plugin-meta")]: { name: "onegini-otp-login", fastify: ">=5" },
  },
);
export default oneginiOtpLogin;

type PluginOptions = LoginKitOptions<FastifyContext> | FastifyLoginOptions;

/** What Fastify takes from the options of a plugin. */
type ScopeOptions = Pick<RouteOptions, "logLevel" | "logSerializers"> & { prefix?: string };

function mount(app: FastifyInstance, options: PluginOptions & ScopeOptions): void {
  if (Object.hasOwn(app, "oneginiOtpLogin")) {
    throw new TypeError(
      'onegini-otp-login is registered here already; register the second one, with another "path", in a scope of its own: app.register(async (scope) => { await scope.register(oneginiOtpLogin, { … }) })',
    );
  }
  if (typeof (options as Partial<Promise<unknown>>).then === "function") {
    throw new TypeError(
      "onegini-otp-login got a promise of its options; give it the function: app.register(oneginiOtpLogin, { options: async () => ({ … }) })",
    );
  }
  const { prefix = "", logLevel, logSerializers, path = defaultPath, ...others } = options;
  const loggerOptions = {
    ...(logLevel && { level: logLevel }),
    ...(logSerializers && { serializers: logSerializers }),
  };
  const withDefaults = (given: KitOptions): LoginKitOptions<FastifyContext> => {
    const onEvent = given.onEvent ?? eventsTo(app.log, loggerOptions);
    return {
      clientIp: (_request, { request }) => request.ip,
      ...given,
      ...(onEvent && { onEvent }),
      path: joined(joined(app.prefix, prefix), path),
    };
  };
  const kit = createKit<FastifyContext>(
    "options" in others ? optionsLater(others.options, withDefaults) : withDefaults(others),
    nodeTransport,
  );
  app.decorate("oneginiOtpLogin", kit);
  app.addHook("preClose", () => kit.close());
  const scopeOptions = { prefix, ...(logLevel && { logLevel }), ...(logSerializers && { logSerializers }) };
  void app.register((scope, _options, done) => {
    addRoutes(scope, path, forAdapter(kit) as KitForAdapter);
    done();
  }, scopeOptions);
}

/** Options that are returned without a promise are used synchronously, so that a page does not wait for them. */
const optionsLater =
  (
    options: FastifyLoginOptions["options"],
    withDefaults: (given: KitOptions) => LoginKitOptions<FastifyContext>,
  ): LoginKitOptionsFunction<FastifyContext> =>
  () => {
    const given = options();
    return given instanceof Promise ? given.then(withDefaults) : withDefaults(given);
  };

/**
 * Writes events to the app's log, each as the merged object of a line. Returns undefined if the app has no logger, so that the
 * kit's warnings go to the console.
 *
 * @param options the log options of the plugin's scope, which also apply to requests to its routes
 */
function eventsTo(
  appLog: FastifyBaseLogger,
  options: NonNullable<Parameters<FastifyBaseLogger["child"]>[1]>,
): ((event: LoginKitEvent) => void) | undefined {
  // Without a logger, all methods of `app.log` are one that does nothing. So are those of a silent logger, which has a level.
  const hasLogger = appLog.info !== appLog.error || (appLog.level as string | undefined) !== undefined;
  if (!hasLogger) return undefined;
  const log = Object.keys(options).length > 0 ? appLog.child({}, options) : appLog;
  // Without the event's level, because the line has its own.
  return ({ level, ...event }) => {
    const { error, ...others }: typeof event & { error?: unknown } = event;
    // Fastify's loggers know how to write an error as `err` only.
    const about = error instanceof Error ? { ...others, err: error } : event;
    log[level](about, `onegini-otp-login: ${event.type}`);
  };
}

/** Joins a prefix and a path as Fastify does. */
const joined = (prefix: string, path: string): string => {
  if (prefix === "" || path === "") return prefix + path;
  return prefix.replace(/\/$/, "") + (path.startsWith("/") ? path : `/${path}`);
};

/**
 * Routes everything at the path and below to the kit, which checks methods and bodies itself and answers its own errors. The
 * site's body parsers do not apply in this scope.
 */
function addRoutes(scope: FastifyInstance, path: string, kit: KitForAdapter): void {
  /** The bodies, unread. The site's hooks see no `request.body`. */
  const bodies = new WeakMap<FastifyRequest, Readable>();
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (request, payload, done) => {
    bodies.set(request, payload);
    done(null);
  });
  const answer = async (request: FastifyRequest, reply: FastifyReply, body?: Body): Promise<FastifyReply> => {
    const asked = toRequest(request, reply, body);
    if (!asked) return send(notFound().toResponse(), reply);
    const delivery: Delivery = {
      isAnswered: watchSend(reply),
      onSent: (listener) => void reply.raw.once("finish", () => listener(cookiesOf(reply))),
    };
    const response = await kit.fetch(asked, { request, reply }, delivery);
    return delivery.isAnswered() ? reply : send(response, reply);
  };
  scope.setErrorHandler((error: Error & { code?: string }, request, reply) => {
    // Fastify refuses an invalid content type before it looks for a parser. The kit refuses it too, whatever the body is.
    if (error.code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return answer(request, reply, anyBody);
    throw error;
  });
  const { handlerTimeout } = scope.initialConfig as { handlerTimeout?: number };
  const options = {
    // @fastify/compress would delay the events of a stream if the site lets it compress them.
    compress: false as const,
    // A shorter timeout would cut off streams and held polls. The kit has timeouts of its own.
    ...(handlerTimeout !== undefined && { handlerTimeout: maxTimeoutMs }),
  };
  for (const url of [path, `${path}/*`])
    scope.route({
      ...options,
      method: scope.supportedMethods,
      url,
      handler: (request, reply) => answer(request, reply, bodies.get(request)),
    });
}

/** The longest time of a timer. */
const maxTimeoutMs = 2 ** 31 - 1;

/** The unread body, or a replacement. */
type Body = Readable | Uint8Array;

const anyBody = new TextEncoder().encode(" ");

/** The request for the kit; undefined if the URL parser changes its path, which is then a disguised spelling of another. */
function toRequest(
  { raw }: FastifyRequest,
  reply: FastifyReply,
  body: Body | undefined,
): Request | undefined {
  const target = originForm(raw.url ?? "/");
  // The kit does not use the host.
  const url = `http://localhost${target}`;
  if (!URL.canParse(url) || new URL(url).pathname !== target.split("?", 1)[0]) return undefined;
  const headers = toWebHeaders(raw);
  // A hook may have decoded the body, whose length then differs.
  if (body instanceof Readable && body !== raw) headers.delete("content-length");
  if (body) drainAfter(reply, raw);
  const { method = "GET" } = raw;
  const init: RequestInit & { duplex: "half" } = {
    method: method === "TRACE" ? "OPTIONS" : method,
    headers,
    signal: signalOf(reply),
    duplex: "half",
  };
  if (body) init.body = (body instanceof Readable ? lazily(body) : body) as NonNullable<RequestInit["body"]>;
  const request = new Request(url, init);
  // `Request` refuses this method.
  return method === "TRACE" ? Object.defineProperty(request, "method", { value: method }) : request;
}

/** Not destroyed when the kit has read enough: the socket still has the answer to send. */
const lazily = (body: Readable): ReadableStream =>
  ReadableStream.from(body.iterator({ destroyOnReturn: false }));

/** Aborts when the connection is closed or the answer is sent. */
function signalOf({ raw }: FastifyReply): AbortSignal {
  const abort = new AbortController();
  closeWithConnection(raw);
  raw.once("close", () => abort.abort());
  return abort.signal;
}

/** How long the rest of a body is read that the kit has not read to the end. */
const maxDrainMs = 500;

/** Reads the rest of a body after the answer, so that the client can read the answer, and then closes the connection. */
function drainAfter({ raw }: FastifyReply, incoming: IncomingMessage): void {
  raw.once("finish", () => {
    if (incoming.readableEnded || incoming.destroyed) return;
    const timer = setTimeout(() => incoming.destroy(), maxDrainMs);
    incoming.once("close", () => clearTimeout(timer));
    incoming.resume();
  });
}

/** Returns whether `signIn` has sent an answer. `reply.sent` stays false until the hooks have run, which may take long. */
function watchSend(reply: FastifyReply): () => boolean {
  let isCalled = false;
  const send = reply.send.bind(reply);
  reply.send = (payload) => {
    isCalled = true;
    return send(payload);
  };
  return () => isCalled;
}

/** Sends the kit's answer as the site's own are sent, with what the hooks add to it. */
async function send(response: Response, reply: FastifyReply): Promise<FastifyReply> {
  const { status, headers } = response;
  reply.code(status);
  for (const [name, value] of headers) if (name !== "set-cookie") reply.header(name, value);
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) reply.header("set-cookie", cookies);
  const body = rawBodyOf(response) ?? (response.body ? await response.arrayBuffer() : undefined);
  if (typeof body === "function") return reply.send(toReadable(body, reply));
  // As bytes: Fastify would add a charset to the type of a text, and `null` is JSON to it.
  return reply.send(body === undefined ? undefined : Buffer.from(body as string));
}

/** Opens the stream when it is first read: not at all if a hook sends something else. */
function toReadable(open: OpenStream, { raw }: FastifyReply): Readable {
  let leave: (() => void) | undefined;
  const readable = new Readable({
    read() {
      leave ??= open({
        write: (text) => void readable.push(text),
        end: () => void readable.push(null),
      });
    },
    destroy(error, done) {
      leave?.();
      done(error);
    },
  });
  // The headers are set by then. An event that is written earlier is sent together with them.
  raw.once("pipe", () =>
    setImmediate(() => {
      if (!raw.destroyed && !raw.writableEnded) raw.flushHeaders();
    }),
  );
  return readable;
}
