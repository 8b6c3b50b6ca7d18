/** L is the only level. */
export const L = { bit: 1 };
export const from = () => L;
