import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import {
  createProject,
  entries,
  importOf,
  installCompilers,
  lowest,
  newest,
  nodeTypes,
  type peerEntries,
  site,
  type Version,
} from "../support/compilers.js";
import { pack } from "../support/packed-package.js";

/** The types of each entry that is for one library, in a project with that library alone. */

interface Peer {
  packages: string[];
  /** The library whose JSX the entry's tag is in. */
  jsx?: string;
  /** What else a project does with the entry's types. */
  use?: string;
  /** The compilers with which the peer's own types have errors. */
  unclean?: Version[];
}

const peers: Record<(typeof peerEntries)[number], Peer> = {
  "./react": { packages: ["react@19.3.1", "@types/react@19.2.18"], jsx: "react" },
  "./preact": { packages: ["preact@11.2.0"], jsx: "preact" },
  // Solid and Svelte name an event of the DOM that the lowest version does not know.
  "./solid": { packages: ["solid-js@1.9.19"], jsx: "solid-js", unclean: [lowest] },
  "./vue": {
    packages: ["vue@3.5.45"],
    use: 'export const tag: keyof import("vue").GlobalComponents = "onegini-otp-login";',
  },
  "./svelte": {
    packages: ["svelte@5.57.3"],
    unclean: [lowest],
    use: 'export const tag: keyof import("svelte/elements").SvelteHTMLElements = "onegini-otp-login";',
  },
  "./fastify": {
    packages: ["fastify@5.12.8", nodeTypes],
    use: `
import fastify from "fastify";
export const app = fastify().register(entry.default, { ...site, signIn: () => ({}) });`,
  },
  "./next": {
    packages: ["next@16.4.6", "@types/react@19.2.18", nodeTypes],
    // Without an import from Next.js, whose own types do not compile with `skipLibCheck: false`. examples/next has them.
    use: "export const { GET, POST } = entry.createNextLogin(() => ({ ...site, signIn: () => ({}) })).handlers;",
  },
  "./redis": {
    packages: ["redis@6.3.1", nodeTypes],
    use: `
import { createClient } from "redis";
export const store = entry.redisStore({ client: createClient() });`,
  },
  "./better-auth": {
    packages: ["better-auth@1.7.25", nodeTypes],
    // They import types of Bun, and of node:sqlite, which came after Node 20.
    unclean: [lowest, newest],
    use: `
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [entry.oneginiOtpLogin({ ...site })] });`,
  },
};

const tags = `
export const right = <onegini-otp-login redirect="/account" app-link="https://www.example.com/app#otp={otp}" />;
// @ts-expect-error It is a text.
export const wrong = <onegini-otp-login redirect={3} />;`;

let compile: Awaited<ReturnType<typeof installCompilers>>;
before(async () => (compile = await installCompilers(lowest, newest)));

/** Whether a line of the compiler, or what follows an error in more lines, is about a library's own types. */
const isOfPeer = (line: string): boolean => /^(node_modules\/(?!onegini-otp-login\/)|\s)/.test(line);

describe("the types, with the oldest and the newest TypeScript,", () => {
  for (const [entry, { packages, jsx, use = "", unclean = [] }] of Object.entries(peers)) {
    test(`of ${entry} compile beside ${packages[0]}`, async () => {
      assert.ok(entries.includes(entry));
      const folder = await createProject(entry, "--omit=optional", await pack(), ...packages);
      const file = jsx === undefined ? "site.ts" : "site.tsx";
      const text =
        jsx === undefined
          ? `${importOf(entry)}\n${site}\n${use}`
          : `/** @jsxImportSource ${jsx} */\n${importOf(entry)}\n${tags}`;
      writeFileSync(join(folder, file), text);
      for (const version of [lowest, newest]) {
        const errors = compile(folder, version, "nodenext", file);
        const ofPeer = errors.filter(isOfPeer);
        const others = errors.filter((line) => !isOfPeer(line));
        assert.deepEqual(others, [], version);
        assert.equal(ofPeer.length > 0, unclean.includes(version), [version, ...ofPeer].join("\n"));
      }
    });
  }
});
