/** L is the only level. */
exports.L = { bit: 1 };
exports.from = () => exports.L;
