/** What doctor sends where a browser's login has the browser's `User-Agent`. */
export const userAgent = "Mozilla/5.0 (onegini-otp-login doctor)";
