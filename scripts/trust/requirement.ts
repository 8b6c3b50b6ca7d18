export interface Requirement {
  /** In a few words of ours. */
  what: string;
  /** What is met, by the tests of the claims that name this requirement. */
  met?: string;
  /** What is met by a fact that no claim's test holds: the page, the option or the file that the text names. */
  fact?: string;
  /** What the site has to meet. */
  site?: string;
  notMet?: string;
  notTested?: string;
}

/** Requirements of a chapter that do not apply, and why. */
export interface Apart {
  ids: readonly string[];
  why: string;
}
