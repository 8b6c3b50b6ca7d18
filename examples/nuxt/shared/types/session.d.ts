declare module "#auth-utils" {
  interface User {
    id: string;
  }
  interface UserSession {
    since: number;
  }
  interface SecureSessionData {
    attempt: string;
  }
}

declare module "h3" {
  interface H3EventContext {
    beginLogin?: () => Promise<import("onegini-otp-login/server").FirstPaint | null>;
  }
}

export {};
