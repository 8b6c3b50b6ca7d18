import { privateHeaders } from "./sessions.js";

// Next itself makes a page that reads cookies `no-store`.
const headers = Object.entries(privateHeaders).map(([key, value]) => ({ key, value }));
export default { headers: async () => [{ source: "/account", headers }] };
