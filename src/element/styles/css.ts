/** A style sheet as text. Lit's own tag would add its checks of what is filled in to the file; nothing is filled in here. */
export const css = String.raw;
