import { accept, scan } from "./phone.js";
import type { Answer } from "../../../test/support/visitor.js";
import { openPage, visitorAt } from "./visitor.js";

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
  const { visitor, attempt, otp } = await openPage(siteUrl, localAddress);
  const watcher = visitorAt(streamsUrl, localAddress);
  watcher.cookie = visitor.cookie;
  const stream = await watcher.stream(attempt);
  await stream.status("pending");
  await accept(tokenServerUrl, await scan(tokenServerUrl, user, otp));
  await stream.status("approved");
  const answer = await visitor.logIn(attempt);
  if (answer.status !== 200) throw new Error(`A login was answered ${answer.status}`);
  return answer;
}
