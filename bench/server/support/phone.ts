import { ask } from "./visitor.js";

const json = { "content-type": "application/json" };

/** Does something as one of the users who have nothing else to do, and resolves to what it gave. */
export type AsUser = <Result>(act: (user: string) => Promise<Result>) => Promise<Result>;

/** Enrols as many users as do something at once. */
export async function enrollUsers(tokenServer: string, count: number): Promise<AsUser> {
  const free = Array.from({ length: count }, (_, index) => `user-${index}`);
  for (const user of free) await enroll(tokenServer, user);
  return async (act) => {
    const user = free.pop() ?? "";
    const result = await act(user);
    free.push(user);
    return result;
  };
}

/** An enrolled user's phone, over the emulator's HTTP calls. */
export async function enroll(tokenServer: string, user: string): Promise<void> {
  await ask(`${tokenServer}/phone/users/${user}`, {
    method: "PUT",
    headers: json,
    body: '{"enrolled":true}',
  });
}

/** Scans a code. Returns the transaction. */
export const scan = async (tokenServer: string, user: string, otp: string): Promise<string> =>
  (await scanned(tokenServer, user, otp)).transaction_id;

/** Scans a code. Returns the transaction, and the message that the phone shows. */
export async function scanned(
  tokenServer: string,
  user: string,
  otp: string,
): Promise<{ transaction_id: string; message: string }> {
  const answer = await ask(`${tokenServer}/phone/users/${user}/scan`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ otp }),
  });
  if (answer.status !== 200) throw new Error(`A scan was answered ${answer.status}: ${await answer.text()}`);
  return JSON.parse(await answer.text()) as { transaction_id: string; message: string };
}

/** Accepts a scanned transaction. */
export async function accept(tokenServer: string, transaction: string): Promise<void> {
  const answer = await ask(`${tokenServer}/phone/transactions/${transaction}/answer`, {
    method: "POST",
    headers: json,
    body: '{"accept":true}',
  });
  if (answer.status !== 204)
    throw new Error(`An acceptance was answered ${answer.status}: ${await answer.text()}`);
}
