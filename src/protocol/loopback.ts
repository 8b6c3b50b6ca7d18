/** Whether a host name or address is this machine. An IPv6 address may stand in brackets, as in a URL, or without. */
export const isLoopback = (hostname: string): boolean =>
  /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[?::1]?)$/.test(hostname);
