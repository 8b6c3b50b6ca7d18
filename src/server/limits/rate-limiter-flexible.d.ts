/** A file of rate-limiter-flexible by itself: its index loads adapters that need Node's own modules. */
declare module "rate-limiter-flexible/lib/RateLimiterMemory.js" {
  export { RateLimiterMemory as default } from "rate-limiter-flexible";
}
