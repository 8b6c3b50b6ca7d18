import { accept, scan } from "./phone.js";
import { ask, openPage, readStream, type Answer } from "./visitor.js";

/**
 * Logs a user in: the start, the stream, the scan and the acceptance at the emulator, the approval on the stream, and the login
 * call, whose answer it resolves to.
 *
 * @param on the node that holds the stream, by default the site's, and the visitor's address
 */
export async function logIn(
  tokenServerUrl: string,
  siteUrl: string,
  user: string,
  { streamsUrl = siteUrl, localAddress }: { streamsUrl?: string; localAddress?: string } = {},
): Promise<Answer> {
  const page = await openPage(siteUrl, localAddress);
  const stream = readStream({ ...page, url: page.url.replace(siteUrl, streamsUrl) });
  await stream.opened;
  await accept(tokenServerUrl, await scan(tokenServerUrl, user, page.otp));
  await stream.approved;
  const answer = await ask(`${page.url}/login`, { method: "POST", headers: page.headers, localAddress });
  if (answer.status !== 200) throw new Error(`A login was answered ${answer.status}`);
  return answer;
}
