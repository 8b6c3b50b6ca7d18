/** What an OTP says: which transaction, and 16 random bytes that only its readers know. */
export interface OtpContent {
  transactionId: string;
  secret: string;
}

/** 16 random bytes in base64. */
export function randomSecret(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}

/** The text that a QR code holds: standard base64, with padding, of compact JSON. 120 characters for a UUID. */
export function encodeOtp({ transactionId, secret }: OtpContent): string {
  return btoa(JSON.stringify({ transaction_id: transactionId, otp: secret }));
}

/** Reads an OTP; `undefined` for whatever else a camera may have found. */
export function parseOtp(text: unknown): OtpContent | undefined {
  if (typeof text !== "string" || text.length > 400 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  try {
    const content: unknown = JSON.parse(atob(text));
    if (typeof content !== "object" || content === null) return undefined;
    const { transaction_id: transactionId, otp: secret } = content as Record<string, unknown>;
    return typeof transactionId === "string" && typeof secret === "string"
      ? { transactionId, secret }
      : undefined;
  } catch {
    return undefined;
  }
}
