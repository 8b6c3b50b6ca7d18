/** Replaces line breaks and control characters, with which a stranger could forge a line or control a terminal. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, " ");

const maxNoteLength = 100;

/** Whether a text may say in the log who does something, or why: without characters that turn the writing around. */
export const isNote = (text: string): boolean =>
  [...text].length <= maxNoteLength && printable(text) === text && !/[\u202a-\u202e\u2066-\u2069]/.test(text);

export const noteExpected = `a string of at most ${maxNoteLength} characters without control characters`;
