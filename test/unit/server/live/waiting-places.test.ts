import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ApiError } from "../../../../src/server/http/api-error.js";
import { clientAt, type Client } from "../../../../src/server/limits/networks.js";
import { WaitingPlaces } from "../../../../src/server/live/waiting-places.js";
import { systemRuntime } from "../../../../src/server/runtime.js";

/** Takes places, and counts those that were given and the errors by their status. */
function takeAll(places: WaitingPlaces, clients: readonly (Client | undefined)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const client of clients) {
    let answer = "taken";
    try {
      places.take(client);
    } catch (error) {
      assert.ok(error instanceof ApiError);
      assert.equal(error.limit?.name, "waiting");
      answer = String(error.status);
    }
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

const attacker = (index: number): Client => clientAt(`192.0.2.${index % 20}`);
const person = (index: number): Client => clientAt(`198.51.${Math.floor(index / 250)}.${index % 250}`);

describe("the places of attempts that wait for a scan", () => {
  test("are 429 for an address that has all of its own; a place that is free again can be taken", () => {
    const places = new WaitingPlaces({ perAddress: 3, total: 100 }, systemRuntime);
    assert.deepEqual(
      takeAll(
        places,
        times(5, () => clientAt("192.0.2.1")),
      ),
      { taken: 3, "429": 2 },
    );
    assert.deepEqual(takeAll(places, [clientAt("192.0.2.2")]), { taken: 1 });
    places.free(clientAt("192.0.2.1")[0]);
    assert.deepEqual(
      takeAll(
        places,
        times(2, () => clientAt("192.0.2.1")),
      ),
      { taken: 1, "429": 1 },
    );
  });

  test("are those of a network of 48 bits together, and those of all unknown addresses", () => {
    const places = new WaitingPlaces({ perAddress: 3, total: 100 }, systemRuntime);
    const ofNetwork = times(5, (index) => clientAt(`2001:db8:1:${index}::1`));
    assert.deepEqual(takeAll(places, ofNetwork), { taken: 3, "429": 2 });
    assert.deepEqual(
      takeAll(
        places,
        times(5, () => clientAt(undefined)),
      ),
      { taken: 3, "429": 2 },
    );
  });

  test("have no limit for an address where the platform knows none", () => {
    const places = new WaitingPlaces({ perAddress: 3, total: 10 }, systemRuntime);
    assert.deepEqual(
      takeAll(
        places,
        times(12, () => undefined),
      ),
      { taken: 10, "503": 2 },
    );
  });

  test("are 503 above the total for addresses above the mean, and for nobody else, up to a quarter more", () => {
    const places = new WaitingPlaces({ perAddress: 2000, total: 1000 }, systemRuntime);
    assert.deepEqual(takeAll(places, times(3000, attacker)), { taken: 1000, "503": 2000 });
    assert.deepEqual(takeAll(places, times(100, person)), { taken: 100 });
    assert.deepEqual(takeAll(places, times(3000, attacker)), { "503": 3000 });
    assert.deepEqual(
      takeAll(
        places,
        times(300, (index) => person(100 + index)),
      ),
      { taken: 150, "503": 150 },
    );
    assert.equal(places.used, 1250);
  });

  test("are not limited with false, but counted", () => {
    const places = new WaitingPlaces(false, systemRuntime);
    assert.deepEqual(
      takeAll(
        places,
        times(300, () => clientAt("192.0.2.1")),
      ),
      { taken: 300 },
    );
    assert.equal(places.used, 300);
  });
});
