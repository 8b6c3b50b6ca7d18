/** The user who logs in, with letters that a page has to escape. */
export const user = "Zoë O'Neil <b>&amp;\"";

/** A site of `examples/backends/` that the tests run. */
export interface Backend {
  /** Its folder. */
  name: string;
  /** The session's cookie. On https its name begins with `__Host-`. */
  cookie: string;
  /** Its login page begins the login, by `/begin`. */
  beginsWithThePage?: boolean;
  /** The access token of the user's app, with which `/app/scanned` is called. */
  appToken?: string;
}

export const backends: readonly Backend[] = [
  { name: "flask", cookie: "session", beginsWithThePage: true },
  { name: "django", cookie: "sessionid" },
  { name: "go", cookie: "session", appToken: "token-of-the-app" },
  { name: "php", cookie: "session" },
  { name: "java", cookie: "session" },
  { name: "ruby", cookie: "session" },
];
