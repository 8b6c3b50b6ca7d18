/**
 * Who may import whom in `src` and `demo`, types included. ESLint's rule, the picture in CONTRIBUTING and the test of the
 * structure are made from it.
 *
 * A room is a file, a folder, or two that belong together. Its wing has floors, the highest first: a room imports rooms on
 * lower floors, and of other wings what `uses` names: `../dist/` is the package by its own name. Paths are below `src`.
 */
export const wings = [
  {
    name: "kit",
    uses: ["protocol/"],
    floors: [
      ["server.ts", "node.ts", "fastify.ts", "next.ts + next-modules.d.ts", "better-auth.ts", "redis.ts"],
      ["server/on-demand/", "node/", "server/redis/"],
      ["server/create-login-kit.ts"],
      ["server/endpoints/", "server/parse-options.ts", "server/event-reporter.ts"],
      ["server/live/", "server/login/", "server/pause/", "server/option-schema.ts"],
      ["server/core.ts", "server/login-kit.ts", "server/pairing/"],
      ["server/attempt/", "server/http/", "server/options.ts"],
      ["server/store/", "server/token-server/", "server/address/"],
      ["server/kit-events.ts", "server/limits/", "server/checked-options.ts"],
      ["server/defaults/", "server/runtime.ts", "server/pending-tasks.ts", "server/text/"],
    ],
  },
  {
    name: "widget",
    uses: ["protocol/"],
    floors: [
      ["onegini-otp-login.ts"],
      ["development/"],
      ["index.ts", "define.ts", "early.ts"],
      ["element/ + locales/"],
    ],
  },
  { name: "login API", uses: [], floors: [["protocol/"]] },
  { name: "emulator", uses: [], floors: [["emulator.ts"], ["emulator/"]] },
  { name: "tag", uses: ["../dist/"], floors: [["frameworks/"]] },
  {
    name: "command",
    uses: ["service/serve/", "service/doctor/", "service/audit/", "service/process/", "../demo/"],
    floors: [["service/command/"]],
  },
  {
    name: "service",
    uses: [
      "node/",
      "protocol/",
      "server/token-server/",
      "server/option-schema.ts",
      "server/limits/",
      "server/runtime.ts",
      "server/defaults/",
      "server/text/",
      "../dist/",
    ],
    floors: [
      ["service/serve/", "service/doctor/", "service/opentelemetry/"],
      ["service/settings/", "service/audit/"],
      ["service/process/"],
    ],
  },
  {
    name: "demo",
    uses: ["service/process/", "server/text/", "protocol/", "../dist/"],
    floors: [["../demo/"]],
  },
];

/** The paths of a room, from the top of the repository. */
export const pathsOf = (room) =>
  room.split(" + ").map((path) => (path.startsWith("../") ? path.slice(3) : `src/${path}`));

/** Each room, and the rooms that it may import. */
export const imports = new Map(
  wings.flatMap(({ floors, uses }) =>
    floors.flatMap((rooms, floor) =>
      rooms.map((room) => [room, [...floors.slice(floor + 1).flat(), ...uses]]),
    ),
  ),
);

/** The picture in CONTRIBUTING. */
export const picture = wings
  .flatMap(({ name, uses, floors }) => {
    const wing = uses.length > 0 ? `${name} (uses ${uses.join(" ")})` : name;
    const [rooms = []] = floors;
    if (floors.length === 1) return [`${wing}: ${rooms.join(" ")}`];
    return [
      wing,
      ...floors.map((rooms, index) => `${String(floors.length - index).padStart(4)}  ${rooms.join("  ")}`),
    ];
  })
  .map((line) => `${line}\n`)
  .join("");
