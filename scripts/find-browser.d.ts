/** The path of an installed Chromium browser, or undefined. `CHROME_PATH` goes first. */
export function findBrowser(): string | undefined;
