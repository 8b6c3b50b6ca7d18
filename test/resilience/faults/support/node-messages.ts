/** What a server is told when it begins. */
export interface NodeSettings {
  origin: string;
  /** 0 picks a free one. */
  port: number;
  redisUrl: string;
  tokenServerUrl: string;
  callbackUri: string;
  /** How long `signIn` takes. */
  signInMs: number;
}

/** What a server tells of itself. */
export type FromNode =
  | { kind: "ready"; port: number }
  | { kind: "sign-in begins" | "signed in"; userId: string; attempt: string }
  | { kind: "event"; event: Record<string, unknown> };
