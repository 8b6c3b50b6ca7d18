import { privateHeaders } from "./sessions.js";

const headers = Object.entries(privateHeaders).map(([key, value]) => ({ key, value }));
export default { headers: async () => [{ source: "/account", headers }] };
