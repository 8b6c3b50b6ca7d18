import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createLog } from "../../../../../src/service/serve/telemetry/log.js";
import { Pseudonyms, withPseudonyms } from "../../../../../src/service/serve/telemetry/pseudonyms.js";
import { temporaryFolder } from "../../../../support/temporary-folder.js";
import { auditFile } from "../audit/audit-lines.js";
import { runService } from "../running-service.js";

const key = "a-key-of-pseudonyms-of-32-characters";
const otherKey = "another-key-of-pseudonyms-of-32-characters";

describe("a pseudonym", () => {
  test("is the same for the same user, and another for another user, kind or key", () => {
    const [one, other] = [new Pseudonyms(() => key), new Pseudonyms(() => otherKey)];
    const all = [
      one.of("user", "alice"),
      one.of("user", "bob"),
      one.of("address", "alice"),
      other.of("user", "alice"),
    ];
    for (const pseudonym of all) assert.match(pseudonym ?? "", /^hmac:[A-Za-z0-9_-]{16}$/);
    assert.equal(new Set(all).size, 4);
    assert.equal(new Pseudonyms(() => key).of("user", "alice"), all[0]);
    assert.equal(new Pseudonyms(() => undefined).of("user", "alice"), undefined);
  });

  test("takes the place of an address in the words of the Token Server, too", () => {
    const lines: string[] = [];
    const pseudonyms = new Pseudonyms(() => key);
    const log = withPseudonyms(createLog("json", { write: (line) => void lines.push(line) }), pseudonyms);
    const [userId, address] = ["e-.(1)", "192.0.2.7"];
    const [user, place] = [pseudonyms.of("user", userId), pseudonyms.of("address", address)];
    const words = { description: "bad ip_address 192.0.2.7", reason: "no e-.(1) here", code: "192.0.2.7" };
    log.warn({ userId, address, ...words }, "token_server_trouble");
    const description = "If http://192.0.2.7:3000 is your login page, set origin.";
    log.warn({ address, method: "POST", description }, "request_refused");
    log.warn({ address, description: "192.0.2.77 and e1 and 1192.0.2.7" }, "token_server_trouble");
    log.info({ other: 1 }, "starting");
    const [trouble, refused, others, starting] = lines.map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
    assert.deepEqual(
      [
        trouble?.["userId"],
        trouble?.["address"],
        trouble?.["description"],
        trouble?.["reason"],
        trouble?.["code"],
      ],
      [user, place, `bad ip_address ${place}`, `no ${user} here`, place],
    );
    assert.deepEqual([refused?.["address"], refused?.["description"]], [place, description]);
    assert.equal(others?.["description"], "192.0.2.77 and e1 and 1192.0.2.7");
    assert.equal(starting?.["other"], 1);
  });

  test("is all that the log has of a user and an address; the audit has both", async (t) => {
    const [file, secret] = [auditFile(t), join(temporaryFolder(t), "key")];
    writeFileSync(secret, key);
    const service = await runService(t, { args: ["--audit", file.path, "--pseudonym-key-file", secret] });
    const browser = service.browser();
    const { ticket } = await service.ticket(browser, "alice-of-the-test");
    await service.call("POST", "/redeem", { body: { ticket, cookie: browser.cookies } });
    await service.call("POST", "/forget-browsers", { body: { user_id: "alice-of-the-test" } });
    const log = service.lines.join("");
    assert.doesNotMatch(log, /alice-of-the-test|127\.0\.0\.1|"browserId"|"userAgent"/);
    const pseudonyms = new Pseudonyms(() => key);
    const [user, place] = [pseudonyms.of("user", "alice-of-the-test"), pseudonyms.of("address", "127.0.0.1")];
    for (const event of ["attempt_approved", "ticket_issued", "ticket_redeemed", "browsers_forgotten"])
      assert.match(log, new RegExp(`"userId":"${user}"[^\\n]*"event":"${event}"`));
    assert.match(log, new RegExp(`"address":"${place}"[^\\n]*"event":"attempt_started"`));

    writeFileSync(secret, otherKey);
    await service.rereadSecrets();
    await service.ticket(browser, "alice-of-the-test");
    const later = new Pseudonyms(() => otherKey).of("user", "alice-of-the-test");
    assert.match(service.lines.join(""), new RegExp(`"userId":"${later}"[^\\n]*"event":"ticket_issued"`));
    await service.stop();
    const approved = file.lines().filter(({ event }) => event === "attempt_approved");
    assert.deepEqual(
      approved.map((line) => [line["userId"], line["userPseudonym"], line["address"]]),
      [
        ["alice-of-the-test", user, "127.0.0.1"],
        ["alice-of-the-test", later, "127.0.0.1"],
      ],
    );
  });
});
