/** Doctor's name, where a login has that of a browser. */
export const userAgent = "Mozilla/5.0 (onegini-otp-login doctor)";
