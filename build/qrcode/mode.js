/** Bytes are the only mode. */
export const BYTE = { bit: 4 };
export const getCharCountIndicator = (_mode, version) => (version < 10 ? 8 : 16);
