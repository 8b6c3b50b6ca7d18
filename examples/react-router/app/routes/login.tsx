import "onegini-otp-login/react";

export default function LoginPage() {
  return <onegini-otp-login endpoint="/otp-login" />;
}
