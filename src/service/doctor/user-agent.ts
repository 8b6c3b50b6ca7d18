/** Doctor's `User-Agent`. */
export const userAgent = "Mozilla/5.0 (onegini-otp-login doctor)";
