const { getTotalCodewordsCount } = require("./error-correction-code.cjs");
const { getCharCountIndicator } = require("./mode.cjs");
const { getBCHDigit, getSymbolTotalCodewords } = require("./utils.cjs");

/** The version is never given. */
exports.from = () => {};

/** The smallest version that holds the bytes, in one segment. */
exports.getBestVersionForData = ([segment]) => {
  for (let version = 1; version <= 40; version++) {
    const bits = 4 + getCharCountIndicator(segment.mode, version) + segment.getBitsLength();
    if (bits <= (getSymbolTotalCodewords(version) - getTotalCodewordsCount(version)) * 8) return version;
  }
};

/** The Golay code's generator polynomial. */
const generator = 0b1111100100101;

/** The version's six bits, and twelve that correct errors in them. */
exports.getEncodedBits = (version) => {
  let rest = version << 12;
  while (getBCHDigit(rest) > 12) rest ^= generator << (getBCHDigit(rest) - 13);
  return (version << 12) | rest;
};
