/**
 * The site of the documents: `npm run docs`. Its pages are the project's Markdown files as they are. docs/index.md is the first,
 * in place of README.md, which introduces the project where there is no live element.
 */
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { dirname, join } from "node:path/posix";
import { slug } from "github-slugger";
import { defineConfigWithTheme, type DefaultTheme, type MarkdownRenderer, type Plugin } from "vitepress";
import { documents, files } from "../files/[file].paths.js";
import { figures, type Figure } from "./figures.js";
import { groups, type Entry } from "./groups.js";
import { llmsFiles } from "./llms.js";
import { search } from "./search.js";

/** Pages whose place on the site does not follow from their path. */
const places: Readonly<Record<string, string>> = {
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

type MarkdownToken = ReturnType<MarkdownRenderer["parse"]>[number];

/**
 * Makes the links between files to links between pages, gives listings without a fence the look and the copy button of the
 * others, shows of a picture for light pages and one for dark pages only the one that fits, and makes a listing `css recipe` live.
 */
function adaptPages(md: MarkdownRenderer): void {
  md.core.ruler.push("site", ({ env, tokens, Token }) => {
    const { realPath, path } = env as { realPath?: string; path?: string };
    // The title in the head of docs/index.md is read by itself.
    if (path === undefined) return;
    const page = relative(".", realPath ?? path).replaceAll("\\", "/");
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const link = token.attrGet("href");
      if (token.type === "link_open" && link !== null && !/^(#|[a-z]+:)/.test(link))
        token.attrSet("href", addressOf(page, link));
      const [, scheme] = /-(light|dark)\.\w+$/.exec(token.attrGet("src") ?? "") ?? [];
      if (scheme !== undefined) token.attrSet("class", `${scheme}-only`);
    }
    for (const token of tokens.filter(({ type }) => type === "code_block"))
      Object.assign(token, {
        type: "fence",
        tag: "code",
        info: /^np[mx] /m.test(token.content) ? "sh" : "txt",
      });
    makeTabs(tokens, md);
    let heading = "";
    for (const token of [...tokens]) {
      const at = tokens.indexOf(token);
      if (token.type === "heading_open") heading = tokens[at + 1]!.content;
      if (token.info !== "css recipe") continue;
      const [before, after] = [new Token("html_block", "", 0), new Token("html_block", "", 0)];
      before.content = `<Recipe name="${md.utils.escapeHtml(heading)}">\n`;
      after.content = "</Recipe>\n";
      tokens.splice(at, 1, before, token, after);
    }
  });
}

/** Makes each `<details>` in `<CodeTabs>` a tab of the name in its `<summary>`. GitHub shows them as they are. */
function makeTabs(tokens: MarkdownToken[], md: MarkdownRenderer): void {
  let names: string[] | undefined;
  let open: MarkdownToken | undefined;
  for (const token of tokens.filter(({ type }) => type === "html_block")) {
    const [, name] = /^<details(?: open)?>\s*<summary>(.*?)<\/summary>/.exec(token.content) ?? [];
    if (token.content.startsWith("<CodeTabs")) [open, names] = [token, []];
    else if (open && names && name !== undefined) token.content = `<template #tab-${names.push(name) - 1}>\n`;
    else if (open && token.content.startsWith("</details>")) token.content = "</template>\n";
    else if (open && names && token.content.startsWith("</CodeTabs>")) {
      const list = md.utils.escapeHtml(JSON.stringify(names));
      open.content = open.content.replace("<CodeTabs", `<CodeTabs :names="${list}"`);
      open = names = undefined;
    }
  }
}

const read = (path: string): string => readFileSync(path, "utf8");

const linkTo = (path: string): string => addressOf("", path).replace(/(index)?\.md$/, "");

const item = ({ path, text, pages }: Entry): DefaultTheme.SidebarItem => ({
  text: text ?? /^# (.*)$/m.exec(read(path))?.[1]?.replaceAll("`", "") ?? path,
  link: linkTo(path),
  ...(pages && { collapsed: true, items: pages.map(item) }),
});

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

const { name, version, license } = JSON.parse(read("package.json")) as Record<
  "name" | "version" | "license",
  string
>;

/** What the pages need of the project: `theme/site-frame.ts` and `theme/figures.ts` show it. */
export interface SiteConfig extends DefaultTheme.Config {
  project: { name: string; version: string; license: string };
  figures: readonly Figure[];
}

export default defineConfigWithTheme<SiteConfig>({
  title: name,
  description: "QR login with the Onegini (OneWelcome) Mobile Security Platform",
  lang: "en",
  head: [
    ["link", { rel: "icon", href: "/icon.svg", type: "image/svg+xml" }],
    ["meta", { name: "application-name", content: name }],
    ["meta", { property: "og:site_name", content: name }],
    ["meta", { property: "og:title", content: "QR login for the Onegini Mobile Security Platform" }],
    ["meta", { name: "theme-color", content: "#ffffff", media: "(prefers-color-scheme: light)" }],
    ["meta", { name: "theme-color", content: "#0d0f13", media: "(prefers-color-scheme: dark)" }],
  ],
  srcDir: "..",
  cacheDir: "../.cache/vitepress",
  srcExclude: [
    "README.md",
    "coverage/**",
    "test-results/**",
    "test/*/**",
    "examples/!(backends)/*/**",
    "examples/backends/*/*/**",
  ],
  rewrites: placeOf,
  // The papers have tables with many columns.
  transformPageData: ({ filePath, frontmatter }) => {
    if (filePath.startsWith("docs/trust/")) Object.assign(frontmatter, { aside: false, pageClass: "paper" });
  },
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
    project: { name, version, license },
    figures: figures(),
    logo: "/icon.svg",
    search: {
      provider: "local",
      options: search((path) =>
        addressOf("", path).replace(/(?:(\/)index)?\.md(?=#)/, (_all, folder?: string) => folder ?? ".html"),
      ),
    },
    outline: [2, 3],
    nav: groups.map(({ text, pages }) => ({
      text,
      link: linkTo(pages[0]!.path),
      // Also of the pages below them, but not of another one whose address begins with the same letters.
      activeMatch: `^(${pages.map(({ path }) => linkTo(path).replace(/\/$/, "")).join("|")})(/|$)`,
    })),
    sidebar: groups.map(({ text, pages }) => ({ text, items: pages.map(item) })),
  },
  /** Writes llms.txt and llms-full.txt, and the pages that they link to as they are in the project. */
  buildEnd({ outDir }) {
    for (const [file, text] of Object.entries(llmsFiles())) writeFileSync(join(outDir, file), text);
    for (const path of documents) cpSync(path, join(outDir, path));
  },
  vite: {
    // The site's root is the project's, whose own configuration is for the package.
    configFile: false,
    publicDir: resolve("docs/.vitepress/public"),
    plugins: [headingsWithoutRole],
    resolve: { alias: { "onegini-otp-login/define": resolve("src/define.ts") } },
  },
});
