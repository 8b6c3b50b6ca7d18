import { Suspense } from "react";
import { login } from "../../login-kit";
import { LoginWidget } from "./login-widget";

export default function LoginPage() {
  return (
    <Suspense>
      <QrLogin />
    </Suspense>
  );
}

async function QrLogin() {
  return <LoginWidget {...await login.begin()} />;
}
