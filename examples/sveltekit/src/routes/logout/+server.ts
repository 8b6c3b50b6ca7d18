import type { RequestHandler } from "@sveltejs/kit";
import { kit } from "../../lib/server/login-kit";
import { endSession } from "../../lib/server/sessions";

export const POST: RequestHandler = ({ cookies }) => {
  endSession(cookies);
  return new Response(null, { status: 303, headers: [["Location", "/"], ...kit.forget()] });
};
