import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/**
 * The rights of a user of Redis, from docs/kit.md.
 *
 * @param more what the page adds for a kind of Redis
 */
export function documentedRights(...more: string[]): string[] {
  const page = readFileSync(new URL("../../../../docs/kit.md", import.meta.url), "utf8");
  const [, rights] =
    /`(~onegini-otp-login:\* [^`]+)`/.exec(page) ?? assert.fail("docs/kit.md names no rights");
  for (const each of more) assert.ok(page.includes(`\`${each}\``), `docs/kit.md does not name ${each}`);
  return [...(rights ?? "").split(" "), ...more];
}

/** The rights of a user of the login service, from docs/kit.md. @param more as above */
export const documentedServiceRights = (...more: string[]): string[] => [
  ...documentedRights(rightsOfService, ...more).filter((right) => right !== rightsOfService),
  ...rightsOfService.split(" "),
];

const rightsOfService = "+hmget +hset +hdel +hscan +info +wait";

/** The rights of a user of a Sentinel, from docs/serve.md. */
export function sentinelRights(): string[] {
  const page = readFileSync(new URL("../../../../docs/serve.md", import.meta.url), "utf8");
  const [, rights] = /At a Sentinel: `([^`]+)`/.exec(page) ?? assert.fail("docs/serve.md names no rights");
  return (rights ?? "").split(" ");
}
