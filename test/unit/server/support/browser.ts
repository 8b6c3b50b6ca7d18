import { Visitor, type PageRequest, type StatusStream } from "../../../support/visitor.js";
import { assertDocumented } from "./openapi.js";

export type { PageRequest, StatusStream } from "../../../support/visitor.js";

/** The address of the login API for a browser. */
interface Address {
  url: string;
  origin: string;
  /** Whether there is a proxy in between. It answers for servers that it cannot reach. Default false. */
  proxied?: boolean;
}

/** A visitor whose every answer is checked against `openapi.yaml`. */
export class Browser extends Visitor {
  readonly #proxied: boolean;

  constructor({ proxied = false, ...address }: Address) {
    super({ ...address, send: (url, request) => fetch(url, request) });
    this.#proxied = proxied;
  }

  override async call(method: string, path: string, request?: PageRequest): Promise<Response> {
    const response = await super.call(method, path, request);
    const { status, headers } = response;
    // A stream is checked while it is read. A body that is cut off is left for the test to check.
    const read = async (): Promise<string | undefined> => response.clone().text();
    const body = isStream(headers) ? undefined : await read().catch(() => undefined);
    if (!(this.#proxied && isOfProxy(response)))
      assertDocumented({ method, path, status, headers: ofApi(headers), body });
    return response;
  }

  /** Opens the stream of a pending attempt, and waits for its first event. */
  async watch(attempt: string): Promise<StatusStream> {
    const stream = await this.stream(attempt);
    await stream.status("pending");
    return stream;
  }

  protected override check({ status, headers }: Response, body: string): void {
    if (isStream(headers))
      assertDocumented({ method: "GET", path: "/attempt", status, headers: ofApi(headers), body });
  }
}

const isStream = (headers: Headers): boolean => headers.get("content-type") === "text/event-stream";

/** The answer of a proxy that reaches no server. It is not the login API's. */
const isOfProxy = ({ status, headers }: Response): boolean =>
  [502, 503, 504].includes(status) && headers.get("content-type") !== "application/json";

/** nginx consumes `X-Accel-Buffering`: it does not pass it on. */
const ofApi = (headers: Headers): [string, string][] =>
  isStream(headers) && headers.get("server")?.startsWith("nginx")
    ? [...headers, ["x-accel-buffering", "no"]]
    : [...headers];
