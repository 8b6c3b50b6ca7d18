/** Why `serve` cannot start: one line for the operator, without a secret. */
export class StartProblem extends Error {
  override readonly name: string = "StartProblem";
  /** 2: the settings are wrong. 1: something else is, such as a port that is in use. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A port is already in use, in most cases by the same service. */
export class PortInUse extends StartProblem {
  override readonly name = "PortInUse";
}

/** Redis cannot be used, and that may end by itself. */
export class RedisAway extends StartProblem {
  override readonly name = "RedisAway";
}
