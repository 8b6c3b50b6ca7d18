import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import { createPhone } from "onegini-otp-login/emulator";
import { freePort } from "../../support/services/free-port.js";
import { listingsOf } from "../support/testing-listings.js";

/** The listing of docs/testing.md that needs nothing but Node. Those for test runners are in consumers/ and backends/. */

test("The emulator of docs/testing.md in one process has phones by its address, until it is stopped", async (t) => {
  // In the checkout, where the package finds itself.
  const folder = join(".cache", `testing-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  t.after(() => rmSync(folder, { recursive: true }));
  const [[file, code] = assert.fail("no listing")] = [...listingsOf("In one process")];
  const port = String(await freePort());
  writeFileSync(join(folder, file), code.replace("4000", port));
  const { default: setup } = (await import(pathToFileURL(join(folder, file)).href)) as {
    default: () => Promise<() => Promise<void>>;
  };

  const stop = await setup();
  const phone = createPhone(`http://localhost:${port}`, "jane");
  await phone.enroll();
  await stop();
  await assert.rejects(phone.enroll(), { code: 9001 });
});
