import {
  Catch,
  UnauthorizedException,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from "@nestjs/common";
import type { Request, Response } from "express";

/** Lets in only people who are logged in. */
export class LoggedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<Request>().session.userId !== undefined) return true;
    throw new UnauthorizedException();
  }
}

/** Leads everybody else to the login page. */
@Catch(UnauthorizedException)
export class ToLoginPage implements ExceptionFilter {
  catch(_error: UnauthorizedException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const next = encodeURIComponent(http.getRequest<Request>().originalUrl);
    http.getResponse<Response>().redirect(`/?next=${next}`);
  }
}
