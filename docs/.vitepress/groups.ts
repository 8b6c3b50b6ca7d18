/** The pages of the site in their groups, by their paths in the project. The navigation and llms.txt follow it. */
import { documents } from "../files/[file].paths.js";

export interface Entry {
  path: string;
  /** Its name in the navigation, if that is not the page's heading. */
  text?: string;
  /** Pages that are folded away below it. */
  pages?: readonly Entry[];
}

export interface Group {
  text: string;
  pages: readonly Entry[];
}

/** The pages directly below a folder, each with those below its own. */
const below = (folder: string): Entry[] =>
  documents
    .filter((path) => path.startsWith(folder) && /^[^/]+(\/README)?\.md$/.test(path.slice(folder.length)))
    .filter((path) => path !== `${folder}README.md`)
    .map((path) => {
      const pages = path.endsWith("/README.md") ? below(path.replace(/README\.md$/, "")) : [];
      return { path, ...(pages.length > 0 && { pages }) };
    });

export const groups: readonly Group[] = [
  {
    text: "Start",
    pages: [
      { path: "docs/get-started.md" },
      { path: "docs/emulator.md" },
      { path: "docs/testing.md" },
      {
        path: "docs/mobile-app.md",
        pages: [
          { path: "docs/mobile-app/android.md", text: "Android" },
          { path: "docs/mobile-app/ios.md", text: "iOS" },
          { path: "docs/mobile-app/react-native.md", text: "React Native" },
          { path: "docs/mobile-app/flutter.md", text: "Flutter" },
          { path: "docs/mobile-app/cordova.md", text: "Cordova" },
        ],
      },
      { path: "examples/README.md", pages: below("examples/") },
    ],
  },
  {
    text: "Widget",
    pages: [
      { path: "docs/widget.md" },
      { path: "docs/theming.md" },
      { path: "docs/frameworks.md" },
      { path: "docs/accessibility.md" },
      { path: "docs/gallery.md" },
      { path: "docs/studio.md" },
    ],
  },
  {
    text: "Server",
    pages: [
      { path: "docs/kit.md" },
      { path: "docs/sessions.md", pages: below("docs/sessions/") },
      { path: "docs/serve.md" },
      { path: "docs/backends.md" },
      { path: "docs/token-server.md" },
      { path: "docs/doctor.md" },
    ],
  },
  {
    text: "Operate",
    pages: [
      { path: "docs/checklist.md", pages: [{ path: "docs/mobile-app/devices.md", text: "Devices" }] },
      { path: "docs/deployment.md" },
      { path: "docs/logs.md" },
      { path: "docs/runbook.md" },
      { path: "docs/upgrading.md" },
      { path: "docs/rotating-secrets.md" },
      { path: "docs/performance.md" },
    ],
  },
  {
    text: "Trust",
    pages: [
      { path: "docs/trust/README.md", pages: below("docs/trust/") },
      { path: "docs/security.md", text: "Threats and defences" },
      { path: "docs/cross-device.md", text: "Cross-device flows" },
      { path: "SECURITY.md", text: "Report a vulnerability" },
    ],
  },
  {
    text: "Reference",
    pages: [
      { path: "docs/kit-reference.md" },
      { path: "docs/token-server-calls.md", text: "Calls to the Token Server" },
      { path: "CHANGELOG.md", text: "Changelog" },
      { path: "CONTRIBUTING.md" },
      { path: "test/README.md" },
      { path: "docs/decisions/README.md", pages: below("docs/decisions/") },
    ],
  },
];
