import { promisify } from "node:util";
import { Controller, ForbiddenException, Inject, Post, Req, Res, UseGuards } from "@nestjs/common";
import type { Request, Response } from "express";
import type { LoginKit } from "onegini-otp-login/server";
import { LoggedIn } from "./logged-in.guard.js";
import { LOGIN_KIT } from "./login-kit.js";

@Controller()
export class LogoutController {
  constructor(@Inject(LOGIN_KIT) private readonly kit: LoginKit) {}

  @Post("logout")
  @UseGuards(LoggedIn)
  async logOut(@Req() req: Request, @Res() res: Response): Promise<void> {
    // The answer to a form of another site would end the cookies too.
    if (req.get("sec-fetch-site") !== "same-origin") throw new ForbiddenException();
    await promisify(req.session.destroy).call(req.session);
    res.append("Set-Cookie", this.kit.forget().getSetCookie()).redirect("/");
  }
}
