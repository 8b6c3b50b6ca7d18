/** The code in the app's own link, `/phone#otp=…`; `undefined` where the fragment is another. */
export function readAppLink(fragment: string): string | undefined {
  const otp = /^#otp=([^&]*)/.exec(fragment)?.[1];
  if (otp === undefined) return undefined;
  try {
    return decodeURIComponent(otp);
  } catch {
    // Broken percent-encoding: no login code, and the phone says so.
    return otp;
  }
}
