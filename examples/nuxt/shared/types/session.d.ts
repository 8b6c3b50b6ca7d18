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

export {};
