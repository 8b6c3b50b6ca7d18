import { createHmac } from "node:crypto";
import type { CommonOptions } from "onegini-otp-login/server";
import type { PairingMode } from "./demo-config.js";

/** The kit's options for the number on the phone, and the message, which has it. */
export function numberOptions(
  when: PairingMode,
  clientSecret: string,
): Required<Pick<CommonOptions, "message">> & Pick<CommonOptions, "pairing"> {
  if (when === "off") return { message: "Log in to Demo Bank on the web." };
  // The same for all demos of one site, which have the client's secret in common. A real site has a key of its own.
  const key = createHmac("sha256", clientSecret).update("the demo's pairing").digest("base64url");
  return {
    message: "Log in to Demo Bank on the web. It may ask for {number}: type it only there.",
    pairing: { keys: [key], when },
  };
}
