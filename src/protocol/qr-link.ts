/** A link with an OTP, percent-encoded, in the place of `{otp}`. A page without types may give a `URL`. */
export const fillOtp = (link: string, otp: string): string =>
  String(link).replaceAll("{otp}", encodeURIComponent(otp));

/** The longest text with 61 modules: at four CSS pixels each they fit into the smallest card, of 280 CSS pixels. */
const maxLinkLength = 230;
const otpLength = 120;

/**
 * Parses a link that a code may hold in place of the OTP alone. The OTP must be in the fragment, because a browser sends
 * everything before it to a server, where it lands in logs.
 *
 * @returns the link, to be filled with `fillOtp`
 * @throws TypeError that says what is expected
 */
export function parseQrLink(link: string): string {
  const href = URL.canParse(link) ? new URL(link).href : "";
  const fragmentAt = String(link).indexOf("#");
  const expected = !href.startsWith("https:")
    ? "an https link such as https://bank.example/app#otp={otp}"
    : fragmentAt < 0 || String(link).indexOf("{otp}") < fragmentAt
      ? "{otp} once, in its fragment (after the #)"
      : fillOtp(href, "x".repeat(otpLength)).length > maxLinkLength
        ? `at most ${maxLinkLength - otpLength} characters besides {otp}`
        : undefined;
  if (expected) throw new TypeError(`"qrLink" is wrong; expected ${expected}`);
  return href;
}
