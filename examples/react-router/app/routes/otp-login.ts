import { kit } from "../sessions.server";

const handle = ({ request }: { request: Request }): Promise<Response> => kit.fetch(request);
export { handle as action, handle as loader };
