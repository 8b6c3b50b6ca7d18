/** For the login page at `/?begin=early`. */
import "onegini-otp-login/early.js";
