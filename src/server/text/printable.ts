/** Replaces line breaks and control characters, with which a stranger could forge a line or control a terminal. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, " ");
