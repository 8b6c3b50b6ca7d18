import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BrowserCookie } from "../../../../src/server/http/browser-cookie.js";
import { systemRuntime } from "../../../../src/server/runtime.js";

const secure = new BrowserCookie("https://www.example.test");
const plain = new BrowserCookie("http://localhost:3000");
const value = "a-Z_0".repeat(9).slice(0, 43);

const read = (cookie: string | undefined, of = secure): string | undefined => of.read(cookie ?? null);

describe("the browser's cookie", () => {
  test("has a __Host- name, which no other host of the site can set, and a plain one on http loopback", () => {
    assert.equal(secure.name, "__Host-onegini-otp-login");
    assert.equal(plain.name, "onegini-otp-login");
    assert.equal(new BrowserCookie("http://https.localhost").name, "onegini-otp-login");
  });

  test("has 256 random bits from the runtime", () => {
    const lengths: number[] = [];
    const bytes = new Uint8Array(32).fill(255);
    const created = secure.create({ ...systemRuntime, random: (length) => (lengths.push(length), bytes) });
    assert.deepEqual(lengths, [32]);
    assert.equal(created, Buffer.from(bytes).toString("base64url"));
    assert.notEqual(secure.create(systemRuntime), secure.create(systemRuntime));
  });

  test("is a session cookie for the whole site, HttpOnly and SameSite=Lax", () => {
    assert.equal(
      secure.header(value),
      `__Host-onegini-otp-login=${value}; Path=/; HttpOnly; Secure; SameSite=Lax`,
    );
    assert.deepEqual(secure.parts(value), {
      ...{ name: "__Host-onegini-otp-login", value, path: "/" },
      ...{ httpOnly: true, secure: true, sameSite: "lax" },
    });
    assert.equal(plain.header(value), `onegini-otp-login=${value}; Path=/; HttpOnly; SameSite=Lax`);
  });

  test("of a part of a day stays the nearest number of seconds", () => {
    assert.match(secure.header(value, 1.00001), /; Max-Age=86401;/);
  });

  test("is deleted by an empty cookie with the same attributes and Max-Age=0", () => {
    assert.equal(
      secure.endHeader(),
      "__Host-onegini-otp-login=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax",
    );
    assert.equal(plain.endHeader(), "onegini-otp-login=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax");
  });

  test("is read back as it was set", () => {
    const created = secure.create(systemRuntime);
    assert.equal(read(secure.header(created).split(";")[0]), created);
  });

  const name = "__Host-onegini-otp-login";
  const found = [
    `${name}=${value}`,
    `theme=dark; ${name}=${value}`,
    `${name}=${value}; theme=dark`,
    `theme=dark;${name}=${value};a=b`,
    `theme=dark;  \t ${name}=${value} \t ; a=b`,
    ` ${name}=${value} `,
    `${name}=${value}; ${name}=${"B".repeat(43)}`,
    `${name}=short; ${name}=${value}`,
    `a;${name}=${value};`,
  ];
  for (const cookie of found) {
    test(`is found in ${JSON.stringify(cookie)}`, () => assert.equal(read(cookie), value));
  }

  const notFound = [
    undefined,
    "",
    `${name}=`,
    `${name}`,
    `${name}=${value.slice(1)}`,
    `${name}=${value}A`,
    `${name}="${value}"`,
    `${name}=${value.slice(0, 42)}!`,
    `${name}=%61${value.slice(1)}`,
    ";;;===;;",
    `${name}=${value.slice(0, 42)} `,
    `${name}=${value.slice(0, 20)} ${value.slice(21)}`,
    `${name}=${value} a`,
    `a ${name}=${value}`,
    `a=b ${name}=${value}`,
    `x${name}=${value}`,
    `${name}x=${value}`,
    `${name} =${value}`,
    `${name}= ${value}`,
    `a="${name}=${value}"`,
    `${name.toLowerCase()}=${value}`,
    `onegini-otp-login=${value}`,
  ];
  for (const cookie of notFound) {
    test(`is not found in ${JSON.stringify(cookie)}`, () => assert.equal(read(cookie), undefined));
  }
});
