import { Controller, Get, Header, Module, Query, Req, UseGuards } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import type { Request } from "express";
import { sitePath } from "onegini-otp-login/server";
import { LoggedIn, ToLoginPage } from "./logged-in.guard.js";
import { LoginKitModule } from "./login-kit.js";
import { LogoutController } from "./logout.controller.js";

@Controller()
export class PagesController {
  @Get()
  login(@Query("next") address: unknown): string {
    // Anybody can name a page in the link to this one: only a path of this site counts.
    const next = sitePath(address) ?? "/account";
    return `<!doctype html>
      <html lang="en">
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Log in</title>
        <script type="module" src="/assets/onegini-otp-login.js"></script>
        <onegini-otp-login endpoint="/otp-login" redirect="${next}"></onegini-otp-login>
      </html>`;
  }

  @Get("account")
  @UseGuards(LoggedIn)
  @Header("Cache-Control", "no-store")
  @Header("Content-Security-Policy", "frame-ancestors 'none'")
  account(@Req() { session: { userId = "" } }: Request): string {
    return `<!doctype html>
      <html lang="en">
        <title>Account</title>
        <p>Logged in as ${userId.replace(/[&<]/g, (letter) => `&#${letter.charCodeAt(0)};`)}</p>
        <form method="post" action="/logout"><button>Log out</button></form>
      </html>`;
  }
}

@Module({
  imports: [LoginKitModule],
  controllers: [PagesController, LogoutController],
  providers: [{ provide: APP_FILTER, useClass: ToLoginPage }],
})
export class AppModule {}
