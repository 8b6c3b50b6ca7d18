/** The beginning of each key of the Redis store, and of its channel. */
export const defaultPrefix = "onegini-otp-login:";
