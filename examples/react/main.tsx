// #region login
import { sitePath, type LoginEvent } from "onegini-otp-login";
import "onegini-otp-login/react";
// #endregion login
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Link, Route, Routes, useNavigate } from "react-router";

function App() {
  const [user, setUser] = useState<string>();
  // #region login
  const navigate = useNavigate();
  const onLogin = (event: LoginEvent) => {
    event.preventDefault(); // no redirect: the router goes on without loading a page
    setUser(String(event.result.user));
    // Anybody can name a page in the link to this one: only a path of this site counts.
    void navigate(sitePath(new URLSearchParams(location.search).get("next")) ?? "/account", {
      replace: true,
    });
  };
  // #endregion login
  return (
    <>
      <nav>
        <Link to="/">Login</Link> <Link to="/account">Account</Link>
      </nav>
      <Routes>
        {/* #region login */}
        <Route path="/" element={<onegini-otp-login endpoint="/otp-login" onlogin={onLogin} />} />
        {/* #endregion login */}
        <Route path="/account" element={<p>{user ? `Logged in as ${user}` : "Nobody is logged in"}</p>} />
      </Routes>
    </>
  );
}

createRoot(document.getElementById("app")!).render(
  <StrictMode>
    <BrowserRouter>
      <App />
    </BrowserRouter>
  </StrictMode>,
);
