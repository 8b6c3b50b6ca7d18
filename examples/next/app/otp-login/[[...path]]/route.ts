import { loginKit } from "../../../login-kit";

const handle = (request: Request): Promise<Response> => loginKit().fetch(request);
export { handle as GET, handle as POST };
