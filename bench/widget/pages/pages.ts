import type { FirstPaint } from "onegini-otp-login/server";

/**
 * The pages that are compared: the element's tag alone, with `early.js` before it, and with the code of `kit.begin`;
 * the bare page; yivi's web client.
 */
export const pageNames = ["tag", "early", "begin", "bare", "yivi"] as const;
export type PageName = (typeof pageNames)[number];

const element = `<script type="module" src="/onegini-otp-login.js"></script>`;

/** What differs between the pages; all else on them is the same. */
const parts: Record<PageName, { head: string; body: (begun?: FirstPaint | null) => string }> = {
  tag: { head: element, body: () => `<onegini-otp-login></onegini-otp-login>` },
  early: {
    head: `<script src="/early.js"></script>${element}`,
    body: () => `<onegini-otp-login></onegini-otp-login>`,
  },
  begin: {
    head: element,
    body: (begun) =>
      begun
        ? `<onegini-otp-login attempt="${begun.attempt}" otp="${begun.otp}" expires-in="${begun.expiresIn}">${begun.svg}</onegini-otp-login>`
        : `<onegini-otp-login></onegini-otp-login>`,
  },
  bare: {
    head: `<script type="module" src="/bare.js"></script>`,
    body: () => `<bare-code></bare-code>`,
  },
  yivi: {
    head: `<link rel="stylesheet" href="/yivi.css"><script type="module" src="/yivi.js"></script>`,
    body: () => `<section class="yivi-web-form" id="yivi-web-form"></section>`,
  },
};

/** A page that only changes one text a second. */
export const clock = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Clock</title>
<link rel="icon" href="data:,">
<p id="text">0</p>
<script>
  const text = document.querySelector("#text");
  let seconds = 0;
  setInterval(() => (text.textContent = ++seconds), 1000);
</script>
</html>
`;

/** The login page of a small site. */
export function html(name: PageName, begun?: FirstPaint | null): string {
  const { head, body } = parts[name];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Log in</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
<h1>Log in</h1>
${body(begun)}
</body>
</html>
`;
}
