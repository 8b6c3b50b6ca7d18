/** How many redirects of a page are followed. A browser gives up after 20. */
export const maxRedirects = 10;

/** Which browser to use. */
type BrowserChoice = { isUsed: false } | { isUsed: true; path: string | undefined; isSandboxed: boolean };

/** A site's address as given, and that of its login API. */
export interface Site {
  page: string;
  apiOrigin: string;
  path: string;
  /** Whether the login API's address was given. If not, the element's counts. */
  isApiGiven: boolean;
  browser: BrowserChoice;
  /** Headers of each request to the site. */
  headers: readonly (readonly [name: string, value: string])[];
}
