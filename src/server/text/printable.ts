/** Replaces line breaks and control characters, with which a stranger could forge a line or control a terminal. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, " ");

const maxNoteLength = 100;

/** What nobody sees, or what turns the writing around. Emoji keep the joiners that they are made with. */
const hiddenCharacters =
  /(?![\u200d\ufe0f])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?<!\p{Emoji})\ufe0f|(?<!\p{Emoji}\ufe0f?)\u200d|\u200d(?!\p{Emoji})/gu;

/** Replaces also what is invisible or turns the writing around. */
export const visible = (text: string): string => text.replace(hiddenCharacters, " ");

/** Whether a text may say in the log who does something, or why. */
export const isNote = (text: string): boolean => [...text].length <= maxNoteLength && visible(text) === text;

export const noteExpected = `a string of at most ${maxNoteLength} characters without control or invisible characters`;
