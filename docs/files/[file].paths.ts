import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path/posix";

/** The Markdown files that are pages of the site. */
export const documents: readonly string[] = [
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  "test/README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    // The site that was built before has copies of them.
    .filter((file) => file.endsWith(".md") && !/^(files|\.vitepress)/.test(file))
    .map((file) => `docs/${file.replaceAll("\\", "/")}`),
  "examples/README.md",
  ...["examples", "examples/backends"]
    .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}/README.md`))
    .filter((file) => existsSync(file)),
];

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

const linked = documents
  .flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/\]\(([^)#:\s]+)/g)].map(([, to = ""]) =>
      join(dirname(page), to),
    ),
  )
  .filter((path) => isFile(path) && !/\.(md|png|svg)$/.test(path));

/** Files that they link to and that are no Markdown, such as openapi.yaml, by their paths: each has a page of its own. */
export const files: ReadonlyMap<string, string> = new Map(
  // The footer links to the licence.
  [...new Set([...linked, "LICENSE"])].map((path) => [
    path,
    path
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replace(/^-/, ""),
  ]),
);

/** For the colours of the others their ending says it. */
const languages: Readonly<Record<string, string>> = {
  LICENSE: "text",
  "docs/deployment/nginx.conf": "nginx",
  "docs/deployment/haproxy.cfg": "haproxy",
  "docs/deployment/Caddyfile": "caddy",
  "docs/serve/container/Dockerfile": "docker",
  "examples/backends/nginx.conf": "nginx",
  "examples/backends/aspnet/Program.cs": "csharp",
  "docs/serve/onegini-otp-login.service": "ini",
};

export default {
  paths: () =>
    [...files].map(([path, file]) => {
      const language = languages[path] ?? path.slice(path.lastIndexOf(".") + 1);
      return {
        params: { file },
        content: `# ${path}\n\n\`\`\`\`${language}\n${readFileSync(path, "utf8")}\`\`\`\`\n`,
      };
    }),
};
