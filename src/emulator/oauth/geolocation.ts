/** Finds a place for an IP address; `undefined` if there is none to tell. */
export type Locate = (ipAddress: string) => string | undefined;

const loopback = /^(::ffff:)?127(\.\d{1,3}){3}$|^::1$/i;
const privateNetwork =
  /^(::ffff:)?(10(\.\d{1,3}){3}|192\.168(\.\d{1,3}){2}|172\.(1[6-9]|2\d|3[01])(\.\d{1,3}){2}|169\.254(\.\d{1,3}){2})$|^f[cd][\da-f]{2}:|^fe80:/i;
const looksLikeAddress = /^(?=.*[.:])[\da-f.:]{2,45}$/i;

/** Without a geolocation service: says what an address itself tells. */
export const locateByAddress: Locate = (ipAddress) => {
  if (!looksLikeAddress.test(ipAddress)) return undefined;
  if (loopback.test(ipAddress)) return "this computer";
  return privateNetwork.test(ipAddress) ? "local network" : ipAddress;
};
