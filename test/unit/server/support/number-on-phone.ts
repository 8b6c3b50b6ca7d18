import { Browser } from "./browser.js";
import { started, type Script } from "./site.js";

/** The number in the text that a phone shows. */
export const numberIn = (message: string | null): string => /\d{4,}/.exec(message ?? "")?.[0] ?? "";

/** Another number of as many digits. */
export const wrong = (number: string, by = 1): string =>
  String((Number(number) + by) % 10 ** number.length).padStart(number.length, "0");

/** A browser that keeps both cookies of the kit, as a real one does. */
export class BrowserThatMayBeKnown {
  known: string | undefined;
  readonly browser: Browser;

  constructor(where: { url: string; origin: string }) {
    this.browser = new Browser(where);
  }

  async logIn(
    attempt: string,
    number?: unknown,
  ): Promise<{ status: number; json: Record<string, unknown>; response: Response }> {
    const { cookie } = this.browser;
    const response = await this.browser.post(`/${attempt}/login`, {
      headers: { cookie: this.cookies },
      ...(number !== undefined && { body: { number } }),
    });
    // The browser of the tests takes any cookie of the kit for its own.
    this.browser.cookie = cookie;
    this.take(response.headers.getSetCookie());
    return { status: response.status, json: (await response.json()) as Record<string, unknown>, response };
  }

  /** What it sends as its `Cookie` header. */
  get cookies(): string {
    return [this.browser.cookie, this.known].filter(Boolean).join("; ");
  }

  /** Keeps the cookie of a known browser that an answer sets. */
  take(cookies: readonly string[]): void {
    for (const set of cookies) {
      const [pair = ""] = set.split(";");
      if (pair.startsWith("onegini-otp-login-known=")) this.known = pair;
    }
  }
}

/** A start that a Token Server answers with a transaction, after it has noted the message for the phone. */
export const startWithMessage =
  (note: (message: string, transactionId: string) => void): Script =>
  (res, transactionId, req) => {
    let body = "";
    req.on("data", (chunk: Buffer) => (body += chunk.toString()));
    req.on("end", () => {
      note(new URLSearchParams(body).get("message") ?? "", transactionId);
      started()(res, transactionId, req);
    });
  };
