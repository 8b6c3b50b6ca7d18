import { css } from "lit";

/**
 * The colours. A site sets five properties; muted, line and sunken follow from its text and surface once it sets one
 * of those. Whether it did is told by `--_site`, which is invalid without either, and makes what mentions it invalid.
 */
export const tokens = css`
  section {
    --_surface: var(--onegini-otp-login-surface, #fff);
    --_text: var(--onegini-otp-login-text, #15181e);
    --_accent: var(--onegini-otp-login-accent, #1f4fd1);
    --_on-accent: var(--onegini-otp-login-on-accent, #fff);
    --_muted: var(--_site-muted, #535b68);
    --_line: var(--_site-line, #d9dee6);
    --_sunken: var(--_site-sunken, #f3f5f8);
    --_control: #7c8594;
    --_hover: color-mix(in oklab, var(--_accent) 88%, var(--_text));
    --_tint: color-mix(in oklab, var(--_accent) 12%, var(--_surface));
    --_site: var(--onegini-otp-login-text, var(--onegini-otp-login-surface));
    --_site-muted: color-mix(
      in oklab,
      color-mix(in oklab, var(--_text) 68%, var(--_surface)),
      var(--_site) 0%
    );
    --_site-line: color-mix(
      in oklab,
      color-mix(in oklab, var(--_text) 16%, var(--_surface)),
      var(--_site) 0%
    );
    --_site-sunken: color-mix(
      in oklab,
      color-mix(in oklab, var(--_text) 5%, var(--_surface)),
      var(--_site) 0%
    );
  }
  @supports (color: light-dark(red, red)) {
    section {
      --_surface: var(--onegini-otp-login-surface, light-dark(#fff, #17191f));
      --_text: var(--onegini-otp-login-text, light-dark(#15181e, #f1f3f6));
      --_accent: var(--onegini-otp-login-accent, light-dark(#1f4fd1, #8fb0ff));
      --_on-accent: var(--onegini-otp-login-on-accent, light-dark(#fff, #0c1633));
      --_muted: var(--_site-muted, light-dark(#535b68, #aab2bf));
      --_line: var(--_site-line, light-dark(#d9dee6, #363c47));
      --_sunken: var(--_site-sunken, light-dark(#f3f5f8, #20242c));
      --_control: light-dark(#7c8594, #7b8494);
    }
  }
`;
