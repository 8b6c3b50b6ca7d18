/**
 * The site of the documents: `npm run docs`. Its pages are the Markdown files as they are in the project, README.md is the first.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { dirname, join } from "node:path/posix";
import { slug } from "github-slugger";
import { defineConfig, type DefaultTheme, type MarkdownRenderer, type Plugin } from "vitepress";
import { documents, files } from "../files/[file].paths.js";

/** Pages whose place on the site does not follow from their path. */
const places: Readonly<Record<string, string>> = {
  "README.md": "index.md",
  "CONTRIBUTING.md": "contributing.md",
  "CHANGELOG.md": "changelog.md",
  "SECURITY.md": "security-policy.md",
  "test/README.md": "tests.md",
};

/** A page's place on the site, by its path in the project. */
const placeOf = (path: string): string =>
  places[path] ?? path.replace(/^docs\//, "").replace(/README\.md$/, "index.md");

/** The path in the project that a document links to. A folder stands for its README.md. */
function pathOf(page: string, link: string): string {
  const path = join(dirname(page), link).replace(/\/$/, "");
  return existsSync(path) && statSync(path).isDirectory() ? `${path}/README.md` : path;
}

/** The address of what a document links to. Throws where the site has no such page. */
function addressOf(page: string, link: string): string {
  const [path = "", anchor] = link.split("#");
  const target = pathOf(page, path);
  const file = files.get(target);
  if (file === undefined && !documents.includes(target))
    throw new Error(`${page} links to ${link}, which is no page of the site.`);
  const place = file === undefined ? placeOf(target) : `files/${file}.md`;
  return `/${place}${anchor === undefined ? "" : `#${anchor}`}`;
}

/**
 * Makes the links between files to links between pages, gives listings without a fence the look and the copy button of the
 * others, and puts the live element into the first page.
 */
function adaptPages(md: MarkdownRenderer): void {
  md.core.ruler.push("site", ({ env, tokens, Token }) => {
    const { realPath, path } = env as { realPath?: string; path: string };
    const page = relative(".", realPath ?? path).replaceAll("\\", "/");
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const link = token.attrGet("href");
      if (token.type === "link_open" && link !== null && !/^(#|[a-z]+:)/.test(link))
        token.attrSet("href", addressOf(page, link));
    }
    for (const token of tokens.filter(({ type }) => type === "code_block"))
      Object.assign(token, {
        type: "fence",
        tag: "code",
        info: /^np[mx] /m.test(token.content) ? "sh" : "txt",
      });
    if (page !== "README.md") return;
    const stage = new Token("html_block", "", 0);
    stage.content = "<LoginStage />\n";
    const picture = tokens.findIndex(({ children }) => children?.some(({ type }) => type === "image"));
    tokens.splice(picture - 1, 0, stage);
  });
}

const read = (path: string): string => readFileSync(path, "utf8");

const item = (path: string, text?: string): DefaultTheme.SidebarItem => ({
  text: text ?? /^# (.*)$/m.exec(read(path))?.[1]?.replaceAll("`", "") ?? path,
  link: addressOf("", path).replace(/(index)?\.md$/, ""),
});

/** The pages of a folder that the lists and tables of a page link to. */
const listedIn = (page: string, folder: string): DefaultTheme.SidebarItem[] =>
  [...read(page).matchAll(/^(?:\||- ).*$/gm)]
    .flatMap(([line]) => [...line.matchAll(/\]\(([^)#]+)\)/g)])
    .map(([, link = ""]) => pathOf(page, link))
    .filter((path) => path.startsWith(folder) && path.endsWith(".md"))
    .map((path) => item(path));

/**
 * The theme makes a heading of the sidebar a button in the order of focus, also where a press does nothing or the heading holds
 * a button of its own. It is a heading.
 */
const headingsWithoutRole: Plugin = {
  name: "headings-without-role",
  enforce: "pre",
  transform: (code, id) =>
    id.endsWith("/VPSidebarItem.vue")
      ? code.replace(':role="itemRole"', "").replace(':tabindex="item.items && 0"', "")
      : undefined,
};

export default defineConfig({
  title: "onegini-otp-login",
  description: "QR login with the Onegini (OneWelcome) Mobile Security Platform",
  lang: "en",
  // No icon; without this browsers ask for one.
  head: [["link", { rel: "icon", href: "data:," }]],
  srcDir: "..",
  cacheDir: "../.cache/vitepress",
  srcExclude: ["api/**", "coverage/**", "test-results/**", "examples/*/*/**"],
  rewrites: placeOf,
  // The demo, which a reader starts.
  ignoreDeadLinks: "localhostLinks",
  markdown: {
    config: adaptPages,
    // Shiki does not know these two. They look like nginx.
    languageAlias: { haproxy: "nginx", caddy: "nginx" },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    // The anchors that GitHub gives, which the documents link to.
    anchor: { slugify: slug },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    sidebar: [
      { items: [item("README.md", "Overview"), ...listedIn("README.md", "docs/")] },
      {
        ...item("examples/README.md"),
        collapsed: true,
        items: documents.filter((path) => /^examples\/.+\//.test(path)).map((path) => item(path)),
      },
      {
        text: "The project",
        items: [
          item("CONTRIBUTING.md"),
          item("test/README.md"),
          item("CHANGELOG.md", "Changelog"),
          item("SECURITY.md"),
        ],
      },
      {
        ...item("docs/decisions/README.md"),
        collapsed: true,
        items: listedIn("docs/decisions/README.md", "docs/decisions/"),
      },
    ],
  },
  vite: {
    // The site's root is the project's, whose own configuration is for the package.
    configFile: false,
    plugins: [headingsWithoutRole],
    resolve: { alias: { "onegini-otp-login/define": resolve("src/define.ts") } },
  },
});
