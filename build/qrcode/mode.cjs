/** Bytes are the only mode. */
exports.BYTE = { bit: 4 };
exports.getCharCountIndicator = (_mode, version) => (version < 10 ? 8 : 16);
