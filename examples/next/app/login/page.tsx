import { login } from "../../login-kit";
import { LoginWidget } from "./login-widget";

export default async function LoginPage() {
  return <LoginWidget redirect="/account" {...await login.begin()} />;
}
