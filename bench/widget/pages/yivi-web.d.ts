/** It brings no types of its own: a plugin for yivi-core's `use`. */
declare module "@privacybydesign/yivi-web" {
  import type { YiviCore } from "@privacybydesign/yivi-core";
  const YiviWeb: Parameters<YiviCore["use"]>[0];
  export default YiviWeb;
}
