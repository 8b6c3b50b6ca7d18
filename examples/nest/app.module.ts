import { promisify } from "node:util";
import {
  Controller,
  ForbiddenException,
  Get,
  Header,
  Inject,
  Module,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from "@nestjs/common";
import type { Request, Response } from "express";
import { sitePath, type LoginKit } from "onegini-otp-login/server";
import { LoggedIn, ToLoginPage } from "./logged-in.guard.js";
import { LOGIN_KIT, LoginKitModule } from "./login-kit.js";

@Controller()
@UseFilters(ToLoginPage)
export class PagesController {
  constructor(@Inject(LOGIN_KIT) private readonly kit: LoginKit) {}

  @Get()
  login(@Query("next") address: unknown): string {
    // Anybody can name a page in the link to this one: only a path of this site counts.
    const next = sitePath(address) ?? "/account";
    return `<!doctype html>
      <html lang="en">
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

  @Post("logout")
  @UseGuards(LoggedIn)
  async logOut(@Req() req: Request, @Res() res: Response): Promise<void> {
    // The answer to a form of another site would end the cookies too.
    if (req.get("sec-fetch-site") !== "same-origin") throw new ForbiddenException();
    await promisify(req.session.destroy).call(req.session);
    res.append("Set-Cookie", this.kit.forget().getSetCookie()).redirect("/");
  }
}

@Module({ imports: [LoginKitModule], controllers: [PagesController] })
export class AppModule {}
