import Link from "next/link";
import type { ReactNode } from "react";

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/login">Login</Link> <Link href="/account">Account</Link>
        </nav>
        {children}
      </body>
    </html>
  );
}
