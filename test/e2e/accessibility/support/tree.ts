import type { Locator, Page } from "playwright-core";

interface Snapshot {
  role: string;
  name?: string;
  text?: string;
  children?: Snapshot[];
}

/** Says nothing by itself. A paragraph that is laid out as a flexible box is none for Chromium. */
const structure = ["paragraph", "generic", "none", "InlineTextBox"];

/** Lines such as `button "Close"` and `text "0:45"`, in reading order. */
export type Reading = string[];

/** A tree by Playwright's reading of the roles, as it stands in the snapshots. */
export const snapshotReading = async (seen: Locator): Promise<Reading> =>
  readingOf((await seen.ariaSnapshotJSON()) as Snapshot[]);

const readingOf = (nodes: readonly Snapshot[]): Reading =>
  nodes.flatMap(({ role, name, text, children = [] }) => {
    if (role === "text") return [line("text", text ?? name)];
    return [
      ...(structure.includes(role) ? [] : [line(role, name)]),
      ...(text === undefined ? [] : [line("text", text)]),
      ...readingOf(children),
    ];
  });

interface Exposed {
  nodeId: string;
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
  childIds?: string[];
}

/** Chromium's own names for roles. */
const roles: Readonly<Record<string, string>> = { image: "img" };

/** The browser's own tree: what it hands to assistive technology, from the first node with that role on. */
export async function exposedReading(page: Page, role: string): Promise<Reading> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send("Accessibility.getFullAXTree")) as { nodes: Exposed[] };
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const root = nodes.find((node) => !node.ignored && node.role?.value === role);
  if (!root) throw new Error(`The browser exposes no ${role}.`);

  const walk = (node: Exposed, parent: string): Reading => {
    const kind = node.role?.value ?? "none";
    const name = node.name?.value ?? "";
    const isSilent = node.ignored || structure.includes(kind);
    const below = (node.childIds ?? []).flatMap((id) => walk(byId.get(id)!, isSilent ? parent : name));
    if (isSilent) return below;
    if (kind === "StaticText") return name === parent ? [] : [line("text", name)];
    return [line(roles[kind] ?? kind, name), ...below];
  };
  return walk(root, "");
}

const line = (role: string, name = ""): string => (name === "" ? role : `${role} ${JSON.stringify(name)}`);
