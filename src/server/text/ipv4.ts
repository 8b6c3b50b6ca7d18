/** Whether a text is an IPv4 address in its one spelling. Parsing one takes many times as long, and each call has one. */
export const isIpv4 = (text: string): boolean =>
  /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
