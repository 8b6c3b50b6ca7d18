/** The part of Next's module that `next.ts` uses. Before Next.js 15 both functions returned no promise. */
declare module "next/headers.js" {
  export function headers(): Headers | Promise<Headers>;
  /** Its text is a `Cookie` header. */
  export function cookies(): { toString(): string } | Promise<{ toString(): string }>;
}
