import type { ClientAddresses } from "./address/client-addresses.js";
import type { Attempts } from "./attempt/attempts.js";
import type { PageOrigins } from "./http/page-origins.js";
import type { Report } from "./kit-events.js";
import type { Limits } from "./defaults/limits.js";
import type { CallbackCredentials, HandOver, LoginKitOptions, PairingOptions, SignIn } from "./options.js";
import type { Runtime } from "./runtime.js";
import type { AttemptStore } from "./store/attempt-store.js";
import type { Timeouts } from "./defaults/timeouts.js";
import type { Message } from "./token-server/message.js";
import type { TokenServerSettings } from "./token-server/token-server-client.js";
import type { Transport } from "./token-server/transport.js";

/** What becomes of a login: the site's `signIn` runs, or the page gets a ticket. */
export type LoginOutcome<Context> = { signIn: SignIn<Context> } | { handOver: HandOver };

/** The options, parsed and with their defaults. */
export interface Config<Context> {
  pages: PageOrigins;
  path: string;
  tokenServer: TokenServerSettings;
  transport: Transport | undefined;
  callbackCredentials: CallbackCredentials | undefined;
  message: Message<Context> | undefined;
  pairing: PairingSettings<Context> | undefined;
  /** The message of a code that nobody is shown; undefined if the type has its own. */
  checkMessage: string | undefined;
  outcome: LoginOutcome<Context>;
  store: AttemptStore | undefined;
  /** Where the addresses of clients come from: `clientIp`, or the sockets. */
  addresses: ClientAddresses<Context>;
  /** Milliseconds between two result calls while somebody watches; infinite if off. */
  resultPollingMs: number;
  onEvent: LoginKitOptions["onEvent"];
  limits: Limits;
  timeouts: Timeouts;
}

/** The option `pairing`, parsed and with its defaults. */
export interface PairingSettings<Context> extends Required<
  Pick<PairingOptions, "when" | "digits" | "rememberDays" | "unnumbered">
> {
  /** @throws TypeError if the site's function returns something else */
  keys: () => readonly string[];
  remember: PairingOptions<Context>["remember"];
  knownSince: PairingOptions<Context>["knownSince"];
}

/** What nearly every part of a kit needs. What only some need, they get beside it. */
export interface Core<Context = never> {
  readonly config: Config<Context>;
  /** The site's attempts in the store. */
  readonly attempts: Attempts;
  readonly runtime: Runtime;
  readonly report: Report;
}
