/** What the Token Server's message says, taken apart for the screen. */
export interface Confirmation {
  /** The site's own words. */
  text: string;
  /** Where the login comes from: what the person is to check. */
  device?: string;
  location?: string;
}

/** Cuts the rows out of the template `[message] Device: …, Location: …`; a message of another form stays whole. */
export function readMessage(message: string): Confirmation {
  // The first group is greedy: whatever the site wrote, only the last "Device:" is the Token Server's.
  const [, text, device, location] = /^(.*)\bDevice: (.+?), Location: (.+)$/s.exec(message) ?? [];
  return device !== undefined && location !== undefined
    ? { text: (text ?? "").trim(), device, location }
    : { text: message };
}
