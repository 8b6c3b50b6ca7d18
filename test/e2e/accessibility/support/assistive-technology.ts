import type { Locator, Page } from "playwright-core";

/** Records what a screen reader announces by itself: every change of every live region, in shadow roots too. */
interface Ear {
  /** What was said so far, in order. */
  heard: () => Promise<string[]>;
}

interface Listening {
  heard: string[];
}

/** Listens to the page and the card from now on. */
export async function listen(page: Page): Promise<Ear> {
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(globalThis, { heard });
    // The roles that are live by default, and elements with `aria-live`.
    const live = "[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log], output";
    const ear = new MutationObserver((changes) => {
      const regions = changes.map(({ target }) =>
        (target instanceof Element ? target : target.parentElement)?.closest(live),
      );
      for (const region of new Set(regions)) {
        const text = region?.textContent.trim();
        if (text) heard.push(text);
      }
    });
    const everything = { subtree: true, childList: true, characterData: true, attributes: true };
    ear.observe(document, everything);
    ear.observe(document.querySelector("onegini-otp-login")!.shadowRoot!, everything);
  });
  return { heard: () => page.evaluate(() => (globalThis as unknown as Listening).heard) };
}

/** The name of the focused element, through shadow roots; `page` if nothing has the focus. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    if (!active || active === document.body) return "page";
    return (active.ariaLabel ?? active.textContent).replaceAll(/\s+/g, " ").trim();
  });

/** A stop of the Tab key. */
interface Stop {
  name: string;
  top: number;
  left: number;
}

/** Tabs through the card, from the link before it to the link after it. */
export async function walk(page: Page, key: "Tab" | "Shift+Tab" = "Tab"): Promise<Stop[]> {
  const [first, last] =
    key === "Tab" ? ["Example Bank", "Log in with a password"] : ["Log in with a password", "Example Bank"];
  await page.getByRole("link", { name: first }).focus();
  const stops: Stop[] = [];
  for (let count = 0; count < 10; count++) {
    await page.keyboard.press(key);
    const name = await focused(page);
    if (name === last) return stops;
    stops.push({ name, ...(await placeOf(page)) });
  }
  throw new Error(`The Tab key does not get out: ${stops.map(({ name }) => name).join(", ")}`);
}

const placeOf = (page: Page): Promise<{ top: number; left: number }> =>
  page.evaluate(() => {
    const host = document.querySelector("onegini-otp-login")!;
    const { top, left } = host.shadowRoot!.activeElement!.getBoundingClientRect();
    return { top: top + scrollY, left };
  });

interface Snapshot {
  role: string;
  name?: string;
  text?: string;
  children?: (Snapshot | string)[];
}

/** Roles that a screen reader does not announce. Chromium exposes no paragraph for one that is a flex container. */
const structure = ["paragraph", "generic", "none", "InlineTextBox"];

/** Lines such as `button "Close"` and `text "0:45"`, in reading order. */
type Reading = string[];

/** The tree as Playwright computes it, in the form of the snapshots. */
export const snapshotReading = async (seen: Locator): Promise<Reading> =>
  joined(readingOf((await seen.ariaSnapshotJSON()) as Snapshot[]));

/** Texts that follow each other are read as one, however many nodes they have. */
const joined = (reading: Reading): Reading =>
  reading.reduce<Reading>((lines, each) => {
    const before = lines.at(-1);
    if (!before?.startsWith("text ") || !each.startsWith("text ")) return [...lines, each];
    const texts = [before, each].map((text) => (JSON.parse(text.slice(5)) as string).trim());
    return [...lines.slice(0, -1), line("text", texts.join(" "))];
  }, []);

const readingOf = (nodes: readonly (Snapshot | string)[]): Reading =>
  nodes.flatMap((node) => {
    // A text beside other children.
    if (typeof node === "string") return [line("text", node)];
    const { role, name, text, children = [] } = node;
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

/** The tree that Chromium gives to assistive technology, from the first node with that role on. */
export async function exposedReading(page: Page, role: string): Promise<Reading> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send("Accessibility.getFullAXTree")) as { nodes: Exposed[] };
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const root = nodes.find((node) => !node.ignored && node.role?.value === role);
  if (!root) throw new Error(`The browser exposes no ${role}.`);

  const walk = (node: Exposed, parent: string): Reading => {
    const kind = node.role?.value ?? "none";
    // A snapshot has each kind of space as a plain one.
    const name = (node.name?.value ?? "").replaceAll("\u00a0", " ");
    // A form without a name is no landmark.
    const isSilent = node.ignored || structure.includes(kind) || (kind === "form" && name === "");
    const below = (node.childIds ?? []).flatMap((id) => walk(byId.get(id)!, isSilent ? parent : name));
    if (isSilent) return below;
    if (kind === "StaticText") return name === parent ? [] : [line("text", name)];
    return [line(roles[kind] ?? kind, name), ...below];
  };
  return joined(walk(root, ""));
}

const line = (role: string, name = ""): string => (name === "" ? role : `${role} ${JSON.stringify(name)}`);
