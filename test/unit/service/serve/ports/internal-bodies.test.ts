import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as v from "valibot";
import {
  beginRequest,
  pauseRequest,
  redeemRequest,
} from "../../../../../src/service/serve/ports/internal-bodies.js";
import { whileAllInherit } from "../../../../support/inherited.js";

describe("The bodies of the internal port, while every object inherits members of them", () => {
  test("have only their own members", async () => {
    const inherited = {
      ticket: "of-the-attacker",
      cookie: "of-the-attacker",
      qr_link: "https://attacker.example/#{otp}",
      page_url: "https://attacker.example/",
      until: "2100-01-01T00:00:00Z",
    };
    const read = await whileAllInherit(inherited, () => {
      const { ticket, cookie } = v.parse(redeemRequest, {});
      const { qr_link, page_url } = v.parse(beginRequest, { headers: {} });
      const { until } = v.parse(pauseRequest, {});
      return [ticket, cookie, qr_link, page_url, until];
    });
    assert.deepEqual(read, [undefined, undefined, undefined, undefined, undefined]);
  });
});
