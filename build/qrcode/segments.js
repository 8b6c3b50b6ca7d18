import ByteData from "qrcode/lib/core/byte-data.js";

/** Bytes are the only mode. */
export const fromArray = (segments) => segments.map(({ data }) => new ByteData(data));
