import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** Forbids imports by pattern; the reason is what the developer reads. */
const forbid = (files, ...patterns) => ({
  files,
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: patterns.map(([group, message]) => ({ group, message })) },
    ],
  },
});
const node = [["node:*"], "node: belongs to node/, fastify.ts, emulator.ts, demo/ and service/."];
const frameworks = [
  [
    "next",
    "next/**",
    "**/next.js",
    "fastify",
    "**/fastify.js",
    "better-auth",
    "better-auth/*",
    "**/better-auth.js",
  ],
  "Only a framework's own entry, such as next.ts, loads it: the package is optional.",
];

export default tseslint.config(
  {
    ignores: [
      ...["dist", "coverage", "node_modules", ".cache", "docs/.vitepress/dist", "examples", "**/*.cjs"],
      "test/package/version-before",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: {
      "import-x/extensions": [".ts", ".js"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/resolver-next": [importX.createNodeResolver({ extensionAlias: { ".js": [".ts", ".js"] } })],
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "import-x/no-cycle": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-console": "off",
    },
  },
  forbid(["src/protocol/**"], [["../*", "!./*"], "protocol/ imports nothing of ours."], node),
  forbid(
    ["src/element/**", "src/index.ts", "src/define.ts"],
    [
      ["**/server/**", "**/server.js", "**/emulator/**", "**/emulator.js", "**/node.js"],
      "The widget knows only protocol/.",
    ],
    [["hono", "hono/*", "valibot", "@hono/*"], "The kit's libraries stay in the kit."],
    frameworks,
    node,
  ),
  forbid(
    ["src/server/**", "src/server.ts", "src/redis.ts"],
    [
      ["**/element/**", "**/index.js", "**/define.js", "**/emulator/**", "**/emulator.js", "**/locales/**"],
      "The kit knows only protocol/.",
    ],
    [["lit", "lit/*", "rxjs", "rxjs/*", "qrcode", "qrcode/*"], "The widget's libraries stay in the widget."],
    [
      ["/redis", "/redis/**", "@redis/*"],
      "The site's client is taken by its shape: the package is optional.",
    ],
    frameworks,
    node,
  ),
  forbid(
    ["src/node/**", "src/node.ts"],
    [["**/element/**", "**/emulator/**", "**/locales/**"], "node/ adapts the kit only."],
    frameworks,
  ),
  forbid(
    ["src/better-auth.ts"],
    [
      ["**/element/**", "**/emulator/**", "**/locales/**", "**/node/**"],
      "It adapts the kit only, on any platform.",
    ],
    node,
  ),
  forbid(
    ["src/fastify.ts"],
    [
      ["**/element/**", "**/index.js", "**/define.js", "**/emulator/**", "**/emulator.js", "**/locales/**"],
      "It adapts the kit only.",
    ],
  ),
  {
    files: ["src/fastify.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["fastify", "fastify-plugin", "@fastify/*"],
              allowTypeImports: true,
              message: "The site's own Fastify: only its types are imported.",
            },
          ],
        },
      ],
    },
  },
  forbid(
    ["src/emulator/**"],
    [
      ["**/server/**", "**/server.js", "**/element/**", "**/protocol/**", "**/locales/**", "**/node.js"],
      "The emulator shares no code with the kit or the widget.",
    ],
    node,
  ),
  forbid(
    ["src/emulator.ts"],
    [
      ["**/server/**", "**/server.js", "**/element/**", "**/protocol/**", "**/locales/**", "**/node.js"],
      "The emulator shares no code with the kit or the widget.",
    ],
  ),
  {
    files: ["src/locales/**"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["*"], allowTypeImports: true, message: "A locale imports only the messages' type." },
          ],
        },
      ],
    },
  },
  {
    files: ["demo/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "/src/(?!service/process/)",
              message:
                "The demo uses public entries, onegini-otp-login/…, and what any process needs: src/service/process/.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["src/service/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex:
                "/(?:element|emulator|locales|protocol|server/(?!text/bytes|own-object)|node/(?!env-proxy))",
              message:
                "Public entries only, the kit's readers of bodies, and what it knows of proxies: onegini-otp-login/…",
            },
            {
              group: ["**/demo/**"],
              message: "Only command/ starts the demo: what both use is in process/.",
            },
          ],
        },
      ],
    },
  },
  forbid(
    ["src/service/command/**"],
    [
      [
        "**/element/**",
        "**/emulator/**",
        "**/protocol/**",
        "**/server/**",
        "**/node/**",
        "!**/demo/server/**",
      ],
      "Command uses public entries only: onegini-otp-login/…",
    ],
  ),
  {
    files: ["src/service/doctor/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex:
                "/(?:element|emulator|locales|protocol/(?!qr)|server/(?!token-server/|text/bytes|runtime)|node/(?!node-transport|env-proxy))",
              message:
                "doctor has the kit's own Token Server client, its parsers, its reader of bodies and its QR encoder. All else: public entries.",
            },
            {
              group: ["**/demo/**"],
              message: "Only command/ starts the demo: what both use is in process/.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["test/**", "bench/**"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            {
              from: "package",
              name: ["test", "it", "describe", "suite", "before", "after", "beforeEach", "afterEach"],
              package: "node:test",
            },
          ],
        },
      ],
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-expressions": "off",
    },
  },
  { files: ["**/*.js", "**/*.mjs"], ...tseslint.configs.disableTypeChecked },
);
