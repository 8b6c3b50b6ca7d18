import { index, route, type RouteConfig } from "@react-router/dev/routes";

export default [
  index("routes/login.tsx"),
  route("account", "routes/account.tsx"),
  route("logout", "routes/logout.ts"),
  route("otp-login/*", "routes/otp-login.ts"),
] satisfies RouteConfig;
