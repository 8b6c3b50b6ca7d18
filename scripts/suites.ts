/** What must be there before a suite can run. */
export type Need = "build" | "browser" | "screen reader" | "services" | "redis" | "proxies" | "languages";

interface Suite {
  /** A folder, or one file. */
  path: string;
  /** `test`: `npm test` and `npm run test:all`. `all`: `npm run test:all` alone. `named`: a command that names it. */
  runsIn: "test" | "all" | "named";
  needs: readonly Need[];
  /** Waits for most of its time, for faults, timeouts and processes: runs beside those that use the processors. */
  waits?: true;
}

const built = ["build", "browser"] as const;
const withServices = [...built, "services"] as const;

/** Every suite. Of several paths that hold a file, the longest counts. */
export const suites: readonly Suite[] = [
  { path: "test/unit", runsIn: "test", needs: [] },
  // Redis, a proxy or OpenSSL.
  { path: "test/unit/emulator/callback-certificate.test.ts", runsIn: "all", needs: ["services"] },
  {
    path: "test/unit/server/token-server/expired-certificate.test.ts",
    runsIn: "all",
    needs: ["services"],
  },
  { path: "test/unit/node/shutdown-certificate.test.ts", runsIn: "all", needs: ["services"] },
  // They serve the built files, or look at them.
  { path: "test/unit/service/serve", runsIn: "test", needs: ["build"] },
  {
    path: "test/unit/service/serve/several-processes.test.ts",
    runsIn: "all",
    needs: ["build", "services"],
  },
  {
    path: "test/unit/service/serve/audit/tamper-evident-keeping.test.ts",
    runsIn: "all",
    needs: ["build", "services"],
  },
  { path: "test/unit/service/serve/certificates.test.ts", runsIn: "all", needs: ["services"] },
  {
    path: "test/unit/service/serve/ports/internal-tls.test.ts",
    runsIn: "all",
    needs: ["build", "services"],
  },
  { path: "test/unit/service/serve/store/append-only.test.ts", runsIn: "all", needs: ["build", "services"] },
  { path: "test/unit/service/serve/telemetry/traces.test.ts", runsIn: "all", needs: ["build", "services"] },
  { path: "test/unit/service/doctor", runsIn: "test", needs: ["build"] },
  { path: "test/unit/service/doctor/tls.test.ts", runsIn: "all", needs: withServices },
  { path: "test/unit/service/doctor/broken-site.test.ts", runsIn: "all", needs: built },
  { path: "test/unit/service/doctor/right-site.test.ts", runsIn: "all", needs: built },
  { path: "test/unit/service/doctor/site/browser/look-at-page.test.ts", runsIn: "test", needs: built },
  { path: "test/unit/service/doctor/site/browser/hostile-page.test.ts", runsIn: "all", needs: built },
  { path: "test/unit/service/doctor/site/browser/interrupted.test.ts", runsIn: "all", needs: built },

  { path: "test/element", runsIn: "test", needs: ["browser"] },
  { path: "test/element/i18n/locale-look.test.ts", runsIn: "all", needs: ["browser"] },

  { path: "test/e2e", runsIn: "test", needs: built },
  { path: "test/e2e/accessibility", runsIn: "all", needs: built },
  { path: "test/e2e/demo/contrast.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/demo/demo-first-paint.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/demo/other-tabs.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/demo/phone-scanner.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/demo/phone-states.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/demo/phone.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/demo/playground.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/demo/playground-look.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/demo/playground-network.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/demo/site.test.ts", runsIn: "all", needs: built },
  // In Chromium alone `e2e/login` and `element/view/code-view.test.ts` show as much.
  { path: "test/e2e/engines/login.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/engines/move.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/engines/same-phone.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/engines/zoom.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/engines/first-paint.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/engines/oldest-chromium.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/login/another-tab.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/login/limits.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/login/neighbour-cookies.test.ts", runsIn: "all", needs: withServices },
  { path: "test/e2e/login/origins.test.ts", runsIn: "all", needs: withServices },
  { path: "test/e2e/login/pause.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/login/relayed-link.test.ts", runsIn: "all", needs: built },
  { path: "test/e2e/network", runsIn: "all", needs: built, waits: true },
  { path: "test/e2e/page", runsIn: "all", needs: built },
  { path: "test/e2e/renders", runsIn: "all", needs: built },
  // Not steady: by hand.
  { path: "test/e2e/screen-reader", runsIn: "named", needs: [...built, "screen reader"] },

  { path: "test/resilience", runsIn: "all", needs: withServices, waits: true },
  { path: "test/resilience/model", runsIn: "all", needs: withServices },
  // Pages that are open for a day.
  { path: "test/resilience/soak", runsIn: "named", needs: withServices },

  { path: "test/package", runsIn: "test", needs: built },
  // They install packages from npm's registry.
  { path: "test/package/backends", runsIn: "named", needs: [...built, "languages"] },
  { path: "test/package/command", runsIn: "named", needs: built },
  { path: "test/package/command/container.test.ts", runsIn: "named", needs: [...built, "redis"] },
  { path: "test/package/command/kubernetes-schema.test.ts", runsIn: "named", needs: [...built, "services"] },
  { path: "test/package/command/opentelemetry.test.ts", runsIn: "named", needs: [...built, "redis"] },
  { path: "test/package/command/proxy.test.ts", runsIn: "named", needs: [...built, "proxies"] },
  { path: "test/package/consumers", runsIn: "named", needs: built },
  { path: "test/package/examples", runsIn: "named", needs: built },
  { path: "test/package/examples/full-stack.test.ts", runsIn: "named", needs: [...built, "redis"] },
  { path: "test/package/examples/next.test.ts", runsIn: "named", needs: [...built, "redis"] },
  { path: "test/package/frameworks", runsIn: "named", needs: built },
  { path: "test/package/frameworks/sessions.test.ts", runsIn: "named", needs: [...built, "proxies"] },
  { path: "test/package/install", runsIn: "named", needs: built },
  { path: "test/package/site", runsIn: "named", needs: built },
];

export const isIn = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);

/** @throws Error for a file that is in no suite */
export function suiteOf(file: string): Suite {
  const found = suites
    .filter(({ path }) => isIn(file, path))
    .reduce<Suite | undefined>(
      (best, each) => (best && best.path.length > each.path.length ? best : each),
      undefined,
    );
  if (!found) throw new Error(`${file} is not in a suite of scripts/suites.ts.`);
  return found;
}
