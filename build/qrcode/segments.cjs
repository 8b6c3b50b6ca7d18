const ByteData = require("qrcode/lib/core/byte-data.js");

/** Bytes are the only mode. */
exports.fromArray = (segments) => segments.map(({ data }) => new ByteData(data));
