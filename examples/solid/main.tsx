import { A, Route, Router, useNavigate, type RouteSectionProps } from "@solidjs/router";
import { sitePath, type LoginEvent } from "onegini-otp-login";
import "onegini-otp-login/solid";
import { createSignal } from "solid-js";
import { render } from "solid-js/web";

const [user, setUser] = createSignal<string>();

const Layout = (props: RouteSectionProps) => (
  <>
    <nav>
      <A href="/">Login</A> <A href="/account">Account</A>
    </nav>
    {props.children}
  </>
);

function LoginPage() {
  const navigate = useNavigate();
  const onLogin = (event: LoginEvent) => {
    event.preventDefault(); // no redirect: the router goes on without loading a page
    setUser(String(event.result.user));
    // Anybody can name a page in the link to this one: only a path of this site counts.
    navigate(sitePath(new URLSearchParams(location.search).get("next")) ?? "/account", { replace: true });
  };
  return <onegini-otp-login endpoint="/otp-login" on:login={onLogin} />;
}

const AccountPage = () => <p>{user() ? `Logged in as ${user()}` : "Nobody is logged in"}</p>;

render(
  () => (
    <Router root={Layout}>
      <Route path="/" component={LoginPage} />
      <Route path="/account" component={AccountPage} />
    </Router>
  ),
  document.getElementById("app")!,
);
