import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";
import { imports, pathsOf } from "./scripts/rooms.js";

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

/** What a room may not import of this repository. */
const zones = [...imports].map(([room, allowed]) => ({
  target: pathsOf(room),
  from: ".",
  except: [...[room, ...allowed].flatMap(pathsOf), "node_modules", "package.json"],
  message: "scripts/rooms.js says who may import whom.",
}));

export default tseslint.config(
  {
    ignores: [
      ...["dist", "coverage", "node_modules", ".cache", "docs/.vitepress/dist", "examples", "**/*.cjs"],
      "test/package/version-before",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { project: "tsconfig.json", tsconfigRootDir: import.meta.dirname } },
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
      "import-x/no-restricted-paths": ["error", { zones }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-console": "off",
    },
  },
  forbid(["src/protocol/**", "src/emulator/**", "src/better-auth.ts"], node),
  forbid(
    ["src/element/**", "src/index.ts", "src/define.ts"],
    [["hono", "hono/*", "valibot", "@hono/*"], "The kit's libraries stay in the kit."],
    frameworks,
    node,
  ),
  forbid(
    ["src/server/**", "src/server.ts", "src/redis.ts"],
    [["lit", "lit/*", "rxjs", "rxjs/*", "qrcode", "qrcode/*"], "The widget's libraries stay in the widget."],
    [
      ["/redis", "/redis/**", "@redis/*"],
      "The site's client is taken by its shape: the package is optional.",
    ],
    frameworks,
    node,
  ),
  forbid(["src/node/**", "src/node.ts"], frameworks),
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
  {
    files: ["src/locales/**"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^(?!\\./[a-z]+\\.js$)",
              allowTypeImports: true,
              message: "A locale imports only the messages' type, and a variant its base.",
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
