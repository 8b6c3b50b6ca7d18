import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { before, test } from "node:test";
import { sessionSections, writeSection } from "../support/session-listings.js";
import { installSessions } from "../support/session-packages.js";

/**
 * The listings of docs/sessions.md compile with the types of the libraries and frameworks that they are for, in a project that
 * has installed the packed package. Those that need no build also run: test/package/frameworks/session-logins.test.ts.
 */

const site = resolve(".cache/sessions");

before(() => installSessions(site));

/** What the frameworks generate or import by themselves, for the listings of one section. */
const generated: Record<string, Record<string, string>> = {
  Nuxt: {
    "auto-imports.d.ts": `
      export {};
      declare global {
        const loginKit: typeof import("./server/utils/login-kit.js").loginKit;
${["appendResponseHeader", "defineEventHandler", "getRequestIP", "sendRedirect", "toWebRequest"].map((name) => `        const ${name}: typeof import("h3").${name};`).join("\n")}
${["clearUserSession", "replaceUserSession"].map((name) => `        const ${name}: typeof import("../node_modules/nuxt-auth-utils/dist/runtime/server/utils/session.js").${name};`).join("\n")}
      }`,
    "auth.d.ts": `declare module "#auth-utils" { interface User { id: string } }\nexport {};`,
  },
  NestJS: {
    "app.module.ts": "export class AppModule {}",
    "express-session.d.ts": `import "express-session";`,
  },
  "TanStack Start": {
    "src/login-kit.ts": `
      export declare const kit: import("onegini-otp-login/server").LoginKit;
      export declare function logOut(request: Request): Promise<Response>;`,
    "src/start.d.ts": `
      import "@tanstack/react-start";
      declare module "@tanstack/react-router" {
        interface FileRoutesByPath {
          "/otp-login/$": { id: "/otp-login/$"; path: "/otp-login/$"; fullPath: "/otp-login/$"; preLoaderRoute: unknown; parentRoute: import("@tanstack/react-router").AnyRoute };
          "/logout": { id: "/logout"; path: "/logout"; fullPath: "/logout"; preLoaderRoute: unknown; parentRoute: import("@tanstack/react-router").AnyRoute };
        }
      }`,
  },
  "Auth.js": {
    "login-kit.ts": `export declare const loginKit: () => import("onegini-otp-login/server").LoginKit;`,
  },
};

const sections = sessionSections();

test("the page has a section for each library of its table", () => {
  assert.ok(sections.length >= 11, `${sections.length} sections`);
});

for (const section of sections)
  test(`${section.title}: the listings compile as strict TypeScript`, () => {
    const folder = writeSection(site, section, generated[section.title]);
    const compilerOptions = {
      target: "es2023",
      module: "preserve",
      moduleResolution: "bundler",
      lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
      strict: true,
      experimentalDecorators: true,
      skipLibCheck: true,
      types: ["node"],
      paths: {
        "$lib/*": ["./src/lib/*"],
        "#auth-utils": ["../node_modules/nuxt-auth-utils/dist/runtime/types/index"],
      },
      noEmit: true,
    };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, include: ["**/*.ts", "**/*.d.ts"] }),
    );
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(site, "node_modules/typescript/bin/tsc"), "-p", ".", "--pretty", "false"],
      { cwd: folder, encoding: "utf8" },
    );
    assert.equal(stdout + stderr, "");
  });
