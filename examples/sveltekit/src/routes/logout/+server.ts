import type { RequestHandler } from "@sveltejs/kit";
import { kit } from "../../lib/server/login-kit";
import { endSession } from "../../lib/server/sessions";

export const POST: RequestHandler = ({ request, cookies }) => {
  // SvelteKit itself refuses only forms of other origins, not a script's POST without a body. The answer would end the cookies.
  if (request.headers.get("sec-fetch-site") !== "same-origin") return new Response(null, { status: 403 });
  endSession(cookies);
  return new Response(null, { status: 303, headers: [["Location", "/"], ...kit.forget()] });
};
