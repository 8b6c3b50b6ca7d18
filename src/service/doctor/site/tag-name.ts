export const tagName = "onegini-otp-login";
