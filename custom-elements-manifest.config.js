export default {
  globs: ["src/element/onegini-otp-login.ts", "src/element/events.ts", "src/define.ts", "src/index.ts"],
  litelement: true,
  packagejson: false,
};
