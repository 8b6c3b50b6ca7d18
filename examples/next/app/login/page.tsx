import { cookies, headers } from "next/headers";
import { loginKit } from "../../login-kit";
import { LoginWidget } from "./login-widget";

export default async function LoginPage() {
  const sent = new Headers(await headers());
  sent.set("cookie", String(await cookies())); // with the one that the proxy sets
  const begun = await loginKit().begin(new Request("https://www.example.com/login", { headers: sent }));
  return (
    <LoginWidget
      redirect="/account"
      attempt={begun?.attempt}
      otp={begun?.otp}
      expires-in={begun?.expiresIn}
      dangerouslySetInnerHTML={{ __html: begun?.svg ?? "" }}
    />
  );
}
