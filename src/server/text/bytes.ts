const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Encodes bytes as base64url without padding (RFC 4648 §5). Not by `btoa`: a part of its text would keep all of it in memory. */
export function base64url(bytes: Uint8Array): string {
  const codes: number[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit += 6) {
    const byte = bit >> 3;
    const pair = ((bytes[byte] ?? 0) << 8) | (bytes[byte + 1] ?? 0);
    codes.push(alphabet.charCodeAt((pair >> (10 - (bit & 7))) & 63));
  }
  return String.fromCharCode(...codes);
}

/** The SHA-256 hash of a string, in base64url. */
export const sha256 = async (text: string): Promise<string> =>
  base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));

/**
 * Reads a stream, of the Web or of Node, to its end; `undefined` if it holds more than `maxBytes`. Then the rest is not read.
 *
 * @throws what reading throws, if the stream breaks off
 */
export async function readUpTo(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > maxBytes) return undefined;
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
