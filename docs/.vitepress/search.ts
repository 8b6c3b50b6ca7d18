/** What the search of the site finds first. */
import type { DefaultTheme } from "vitepress";

/**
 * Words that people search for, and the section that answers: where the pages have another word for it, or say the word often
 * elsewhere.
 */
export const answers: Readonly<Record<string, string>> = {
  android: "docs/mobile-app/android.md#the-mobile-app-android",
  aria: "docs/accessibility.md#accessibility",
  bundle: "docs/widget.md#the-widget",
  callback: "docs/token-server.md#4-set-the-callback",
  cookie: "docs/trust/personal-data.md#the-table",
  csp: "docs/widget.md#strict-pages",
  csharp: "docs/backends.md#backends-in-any-language",
  dark: "docs/theming.md#light-and-dark",
  docker: "docs/serve.md#containers",
  django: "examples/backends/django/README.md#django",
  expire: "docs/widget.md#phases",
  font: "docs/theming.md#corners-spacing-and-width",
  gdpr: "docs/trust/personal-data.md#personal-data",
  haproxy: "docs/deployment.md#deployment",
  ie11: "docs/widget.md#browsers",
  iframe: "docs/widget.md#where-you-can-put-it",
  java: "docs/backends.md#backends-in-any-language",
  kubernetes: "docs/serve.md#containers",
  languages: "docs/widget.md#languages-and-words",
  logo: "docs/theming.md#logo-icons-and-footer",
  logout: "docs/sessions.md#into-your-session",
  metrics: "docs/logs.md#logs-traces-and-metrics",
  night: "docs/theming.md#light-and-dark",
  nginx: "docs/deployment.md#deployment",
  npm: "docs/get-started.md#get-started",
  number: "docs/kit-reference.md#pairing",
  offline: "docs/widget.md#bad-networks",
  pause: "docs/kit.md#a-pause",
  privacy: "docs/trust/personal-data.md#personal-data",
  prometheus: "docs/logs.md#prometheus",
  proxy: "docs/deployment.md#deployment",
  python: "docs/backends.md#backends-in-any-language",
  rate: "docs/kit-reference.md#limits",
  reader: "docs/accessibility.md#accessibility",
  safari: "docs/widget.md#browsers",
  sbom: "docs/trust/components.md#bills-of-materials",
  screenreader: "docs/accessibility.md#accessibility",
  session: "docs/sessions.md#into-your-session",
  spring: "docs/backends.md#backends-in-any-language",
  support: "docs/widget.md#browsers",
  ticket: "docs/kit.md#a-ticket-in-place-of-signin",
  timeout: "docs/deployment.md#time-outs",
  timeouts: "docs/deployment.md#time-outs",
  translate: "docs/widget.md#languages-and-words",
  translation: "docs/widget.md#languages-and-words",
  upgrade: "docs/upgrading.md#upgrading",
  wcag: "docs/accessibility.md#accessibility",
  webhook: "docs/token-server.md#4-set-the-callback",
};

/** For a page of people who work on this project, less than for others; for the answer to the word that was found, much more. */
function rank(id: string, word: string, wanted: Readonly<Record<string, string>>): number {
  if (wanted[word] === id) return 100;
  return /^\/(decisions|tests|contributing|changelog|gallery|studio|files)\b/.test(id) ? 0.2 : 1;
}

/** @param addressOf gives the address on the site of a path in the project, with its anchor */
export function search(addressOf: (path: string) => string): DefaultTheme.LocalSearchOptions {
  const ids = Object.fromEntries(Object.entries(answers).map(([word, path]) => [word, addressOf(path)]));
  return {
    /** Adds the words to what is indexed of their sections. */
    _render(text, env: { relativePath: string }, md) {
      let html = md.render(text, env);
      for (const [word, answer] of Object.entries(answers)) {
        const [path, id] = answer.split("#");
        if (path !== env.relativePath) continue;
        const heading = new RegExp(`<h\\d id="${id}"[^]*?</h\\d>`);
        if (!heading.test(html))
          throw new Error(`The search for “${word}” leads to ${answer}, which does not exist.`);
        html = html.replace(heading, (found: string) => `${found} <p>${word}</p>`);
      }
      return html;
    },
    // VitePress writes the function into the page as text, so it brings the words along.
    miniSearch: {
      searchOptions: {
        // eslint-disable-next-line @typescript-eslint/no-implied-eval
        boostDocument: new Function(
          "id",
          "word",
          `return (${rank.toString()})(id, word, ${JSON.stringify(ids)});`,
        ) as (id: string, word: string) => number,
      },
    },
  };
}
