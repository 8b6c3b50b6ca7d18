/** The sizes of ISO/IEC 18004, by version. */
exports.getSymbolSize = (version) => version * 4 + 17;

/** Counts the modules that are left for data: those of the symbol without its patterns. */
exports.getSymbolTotalCodewords = (version) => {
  const alignments = version > 1 ? Math.floor(version / 7) + 2 : 0;
  const alignmentModules = alignments ? (25 * alignments - 10) * alignments - 55 : 0;
  const versionModules = version > 6 ? 36 : 0;
  return ((16 * version + 128) * version + 64 - alignmentModules - versionModules) >> 3;
};

/** How many bits a number has. */
exports.getBCHDigit = (data) => 32 - Math.clz32(data);
