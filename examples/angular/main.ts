import { Component, CUSTOM_ELEMENTS_SCHEMA, inject, signal } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { provideRouter, Router, RouterLink, RouterOutlet } from "@angular/router";
// #region login
import { sitePath, type LoginEvent } from "onegini-otp-login";
import "onegini-otp-login/define";
// #endregion login

const user = signal<string | undefined>(undefined);

// #region login
@Component({
  selector: "app-login-page",
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `<onegini-otp-login endpoint="/otp-login" (login)="onLogin($event)" />`,
})
class LoginPage {
  private readonly router = inject(Router);

  onLogin(event: LoginEvent): void {
    event.preventDefault(); // no redirect: the router goes on without loading a page
    user.set(String(event.result["user"]));
    // Anybody can name a page in the link to this one: only a path of this site counts.
    const next = sitePath(new URLSearchParams(location.search).get("next")) ?? "/account";
    void this.router.navigateByUrl(next);
  }
}
// #endregion login

@Component({
  selector: "app-account-page",
  template: `<p>{{ user() ? "Logged in as " + user() : "Nobody is logged in" }}</p>`,
})
class AccountPage {
  readonly user = user;
}

@Component({
  selector: "app-root",
  imports: [RouterLink, RouterOutlet],
  template: `
    <nav><a routerLink="/">Login</a> <a routerLink="/account">Account</a></nav>
    <router-outlet />
  `,
})
class App {}

const routes = [
  { path: "", component: LoginPage },
  { path: "account", component: AccountPage },
];
bootstrapApplication(App, { providers: [provideRouter(routes)] }).catch(console.error);
