import { isText } from "../../protocol/login-api.js";
import type { AddressCheck } from "../address/address-check.js";
import { copyOf } from "../text/copy.js";
import type { Core } from "../core.js";
import type { ScannedCode } from "../login-kit.js";
import { isTransactionId } from "../token-server/token-server-answers.js";

/** Marks the attempt whose code the site's app scanned. What the app sends may be anything. Never rejects. */
export async function markScanned(
  scan: ScannedCode,
  { attempts, report }: Core,
  addressCheck: AddressCheck,
): Promise<void> {
  try {
    const { transactionId, userId, userAgent } = scan;
    if (typeof transactionId !== "string" || !isTransactionId(transactionId)) return;
    // A scan without a user id counts for anyone who accepts, so a scan with a wrong id must not become one without.
    if (userId !== undefined && !isText(userId))
      throw new TypeError(
        `"userId" is a ${typeof userId} that names no user; expected undefined, or a string that is not empty and has no lone surrogate`,
      );
    const given = typeof scan.address === "string" ? scan.address : undefined;
    const address = addressCheck.ipAddress(given, "scanned");
    await attempts.scanned(transactionId, {
      // Whole, because it is compared with that of the user who accepts.
      ...(userId !== undefined && { userId: copyOf(userId) }),
      ...(address !== undefined && { address }),
      ...(typeof userAgent === "string" && { userAgent: storable(userAgent) }),
    });
  } catch (error) {
    report({ type: "internal_error", level: "error", operation: "marking a code as scanned", error });
  }
}

/** A copy of at most 512 characters of a text, without halves of surrogate pairs, which a cut may leave. */
const storable = (text: string): string => copyOf(text.slice(0, 512).replaceAll(/\p{Surrogate}/gu, ""));
