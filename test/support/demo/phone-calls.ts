/** The emulator's calls for phones, as a script makes them. */
export interface PhoneCalls {
  enroll: (user: string, enrolled?: boolean) => Promise<void>;
  /** Scans a code; the transaction's id and what the phone shows. */
  scan: (otp: string, user?: string) => Promise<{ id: string; message: string }>;
  answer: (id: string, accept: boolean) => Promise<void>;
  /** Scans and answers. */
  accept: (otp: string, user?: string) => Promise<void>;
  deny: (otp: string, user?: string) => Promise<void>;
}

export function phoneCalls(origin: string): PhoneCalls {
  async function call(method: string, path: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${origin}/phone/${path}`, { method, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  }
  const calls: PhoneCalls = {
    async enroll(user, enrolled = true) {
      await call("PUT", `users/${encodeURIComponent(user)}`, { enrolled });
    },
    async scan(otp, user = "demo-user") {
      const { transaction_id: id, message } = await call("POST", `users/${encodeURIComponent(user)}/scan`, {
        otp,
      });
      return { id: String(id), message: String(message) };
    },
    async answer(id, accept) {
      await call("POST", `transactions/${id}/answer`, { accept });
    },
    async accept(otp, user) {
      await calls.answer((await calls.scan(otp, user)).id, true);
    },
    async deny(otp, user) {
      await calls.answer((await calls.scan(otp, user)).id, false);
    },
  };
  return calls;
}
