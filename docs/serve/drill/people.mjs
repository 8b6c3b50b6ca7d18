// People in a drill (docs/runbook.md), one after the other: each is a browser at the login service, a phone at the emulator, and
// the site that redeems the ticket. Usage: node people.mjs accept|deny [how many]
import { readFileSync } from "node:fs";

const { ORIGIN: origin, SITE: site, INTERNAL: internal, TOKEN_SERVER: tokenServer } = process.env;
const [answer = "accept", count = "1"] = process.argv.slice(2);
const user = "alice";

/** @returns the answer of a JSON API: its status, its headers and its JSON, if it has one */
async function call(method, url, { headers = {}, body } = {}) {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === "" ? {} : JSON.parse(text) };
}

async function logIn() {
  const page = { origin, "x-forwarded-for": "198.51.100.1" };
  const started = await call("POST", `${site}/otp-login`, { headers: page });
  if (started.status !== 201) return `no code: ${started.status} ${started.json.error}`;
  const { attempt, otp } = started.json;
  const [cookie = ""] = started.headers.getSetCookie().map((set) => set.split(";")[0]);
  const browser = { ...page, cookie };

  const phone = `${tokenServer}/phone`;
  await call("PUT", `${phone}/users/${user}`, { body: { enrolled: true } });
  const scanned = await call("POST", `${phone}/users/${user}/scan`, { body: { otp } });
  const answerAt = `${phone}/transactions/${scanned.json.transaction_id}/answer`;
  await call("POST", answerAt, { body: { accept: answer === "accept" } });

  const answeredAt = performance.now();
  const waiting = { ...browser, accept: "application/json", prefer: "wait=20" };
  let status = "pending";
  while (status === "pending")
    ({ status = "unknown" } = (await call("GET", `${site}/otp-login/${attempt}`, { headers: waiting })).json);
  const seconds = ((performance.now() - answeredAt) / 1000).toFixed(0);
  if (status !== "approved") return `${status}, seen after ${seconds} s`;

  const { json } = await call("POST", `${site}/otp-login/${attempt}/login`, { headers: browser });
  const secret = readFileSync("internal-secret", "utf8").trim();
  const redeemed = await call("POST", `${internal}/redeem`, {
    headers: { authorization: `Bearer ${secret}` },
    body: { ticket: json.ticket, cookie },
  });
  return redeemed.status === 200
    ? `${redeemed.json.user_id} is logged in, after ${seconds} s`
    : `not logged in: ${redeemed.status} ${redeemed.json.error}`;
}

for (let person = 0; person < Number(count); person++) console.log(await logIn());
