/* The parts of Next's modules that `next.ts` uses. */

/** Before Next.js 15 both functions returned no promise. */
declare module "next/headers.js" {
  export function headers(): Headers | Promise<Headers>;
  /** Its text is a `Cookie` header. */
  interface CookieJar {
    set(cookie: object): unknown;
    toString(): string;
  }
  export function cookies(): CookieJar | Promise<CookieJar>;
}

/** Before Next.js 15 there is no `connection`. */
declare module "next/server.js" {
  export const connection: (() => Promise<void>) | undefined;
}
