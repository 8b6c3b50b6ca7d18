import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";

/** `sessions.js`, of which each example without a session library has a copy, so that its folder can be copied alone. */

interface Sessions {
  begin: (userId: string, attempt: string) => string;
  userOf: (cookies: string | undefined) => string | undefined;
}

const files = readdirSync("examples")
  .map((example) => join("examples", example, "sessions.js"))
  .filter((file) => existsSync(file));
const { createSessions } = (await import(pathToFileURL(resolve(files[0] ?? "")).href)) as {
  createSessions: (origin: string) => Sessions;
};

test("the sessions of every example have the same text", () => {
  const examples = files.map((file) => file.split(/[\\/]/)[1]);
  assert.deepEqual(examples, ["bun", "deno", "hono", "html", "workers"]);
  assert.equal(new Set(files.map((file) => readFileSync(file, "utf8"))).size, 1);
});

describe("the session cookie of the examples", () => {
  /** The cookie as the browser sends it back. */
  const sent = (setCookie: string): string => setCookie.split(";")[0] ?? "";

  test("is __Host- and Secure on https, and plain on http", () => {
    const cookie = (origin: string) =>
      createSessions(origin)
        .begin("ada", "attempt")
        .replace(/=[\w-]{36};/, "=…;");
    assert.equal(
      cookie("https://www.example.com"),
      "__Host-session=…; Path=/; HttpOnly; SameSite=Lax; Secure",
    );
    assert.equal(cookie("http://localhost:3000"), "session=…; Path=/; HttpOnly; SameSite=Lax");
  });

  test("leads to one session for each attempt", () => {
    const sessions = createSessions("http://localhost:3000");
    assert.equal(sessions.begin("ada", "1"), sessions.begin("ada", "1"));
    assert.notEqual(sessions.begin("ada", "1"), sessions.begin("ada", "2"));
    assert.equal(sessions.userOf(sent(sessions.begin("ada", "1"))), "ada");
    assert.equal(sessions.userOf(undefined), undefined);
  });

  test("cannot be planted on https: the plain name is ignored", () => {
    const sessions = createSessions("https://www.example.com");
    const [own, planted] = ["ada", "mallory"].map((user) => sent(sessions.begin(user, user)));
    const plain = planted?.replace("__Host-", "") ?? "";
    assert.equal(sessions.userOf(plain), undefined);
    assert.equal(sessions.userOf(`${plain}; ${own}`), "ada");
  });

  test("does not lose on http to a planted one, wherever that stands", () => {
    const sessions = createSessions("http://localhost:3000");
    const own = sent(sessions.begin("ada", "1"));
    for (const planted of ["session=x", "session="])
      for (const cookies of [`${planted}; ${own}`, `${own}; a=b; ${planted}`])
        assert.equal(sessions.userOf(cookies), "ada", cookies);
  });

  test("logs nobody in on http if another session is planted beside it", () => {
    const sessions = createSessions("http://localhost:3000");
    const [own, planted] = ["ada", "mallory"].map((user) => sent(sessions.begin(user, user)));
    assert.equal(sessions.userOf(`${planted}; ${own}`), undefined);
    assert.equal(sessions.userOf(`${own}; ${planted}`), undefined);
  });
});
