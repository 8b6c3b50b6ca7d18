import { text } from "node:stream/consumers";
import { started, type Script } from "./site.js";

/** The number in the text that a phone shows. */
export const numberIn = (message: string | null): string => /\d{4,}/.exec(message ?? "")?.[0] ?? "";

/** Another number of as many digits. */
export const wrong = (number: string, by = 1): string =>
  String((Number(number) + by) % 10 ** number.length).padStart(number.length, "0");

/** A start that a Token Server answers with a transaction, after it has noted the message for the phone. */
export const startWithMessage =
  (note: (message: string, transactionId: string) => void): Script =>
  (res, transactionId, req) => {
    void text(req).then((body) => {
      note(new URLSearchParams(body).get("message") ?? "", transactionId);
      started()(res, transactionId, req);
    });
  };
