/** For pages of people who are logged in: browsers do not keep them, and no other page can frame them. */
const headers = [
  { key: "Cache-Control", value: "no-store" },
  { key: "Content-Security-Policy", value: "frame-ancestors 'none'" },
];
export default { headers: async () => [{ source: "/account", headers }] };
