import { redirect } from "react-router";
import { endSession, kit } from "../sessions.server";
import type { Route } from "./+types/logout";

export async function action({ request }: Route.ActionArgs): Promise<Response> {
  return redirect("/", { headers: [["Set-Cookie", await endSession(request)], ...kit.forget()] });
}
