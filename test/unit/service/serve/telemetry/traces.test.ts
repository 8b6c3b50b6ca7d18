import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { redisFor } from "../../../../support/services/redis.js";
import { runService, type RunningService } from "../running-service.js";

const exporter = new InMemorySpanExporter();

const redeem = (service: RunningService, ticket: string, cookie: string | undefined) =>
  service.call("POST", "/redeem", { body: { ticket, cookie } });

/** Spans have whole milliseconds, by two clocks. */
const clockStepMs = 2;
const milliseconds = ([seconds, nanoseconds]: readonly [number, number] = [0, 0]) =>
  seconds * 1000 + nanoseconds / 1e6;

describe("Traces", () => {
  before(() =>
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    ),
  );
  after(() => trace.disable());

  test("a login is one trace over all nodes, and nobody's secret or name is in it", async (t) => {
    const redis = await redisFor(t);
    const args = ["--redis-url", redis.url];
    const first = await runService(t, { args });
    const second = await runService(t, { args, tokenServerUrl: first.emulator.url });
    const browser = first.browser();
    const { attempt, otp, ticket } = await first.ticket(browser);
    assert.equal((await redeem(second, ticket, browser.cookie)).status, 200);

    const spans = exporter.getFinishedSpans();
    const names = spans.map(({ name }) => name);
    assert.deepEqual(names, ["attempt_started", "attempt_approved", "ticket_issued", "ticket_redeemed"]);
    const traceId = Buffer.from(attempt, "base64url").toString("hex");
    assert.deepEqual(
      spans.map((span) => span.spanContext().traceId),
      spans.map(() => traceId),
    );
    const [started, approved] = spans;
    // As long as the attempt lived, so that a page of traces shows for how long people look for their phone.
    assert.ok(milliseconds(approved?.startTime) <= milliseconds(started?.endTime) + clockStepMs);

    const text = JSON.stringify(
      spans.map(({ name, attributes, events, links }) => [name, attributes, events, links]),
    );
    const secret = ticket.split(".").at(-1) ?? assert.fail(ticket);
    for (const hidden of [otp, secret, "alice", "site-secret", browser.cookie ?? assert.fail(), "127.0.0.1"])
      assert.ok(!text.includes(hidden), hidden);
  });

  test("a refused request makes no span, whatever attempt it names", async (t) => {
    const service = await runService(t);
    const browser = service.browser();
    const { attempt, ticket } = await service.ticket(browser);
    exporter.reset();

    // Another browser's ticket, and a renewal of what is settled.
    assert.equal((await redeem(service, ticket, service.browser().cookie ?? "")).status, 404);
    await assert.rejects(browser.renew(attempt), /attempt_settled/);

    const refused = service.lines
      .map((line) => JSON.parse(line) as { event: string; attempt?: string })
      .filter(({ event }) => event.endsWith("_refused"));
    assert.deepEqual(
      refused.map((line) => [line.event, line.attempt]),
      [
        ["ticket_refused", attempt],
        ["request_refused", attempt],
      ],
    );
    assert.deepEqual(exporter.getFinishedSpans(), []);
  });
});
