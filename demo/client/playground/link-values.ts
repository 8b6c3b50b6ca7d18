/** Fields with an address that the page calls, goes to, or gives its code to. */
const addressFields: readonly string[] = ["endpoint", "redirect", "app-link", "qr-link"];

/**
 * Whether a link to the playground may set a field. Anybody can write one: it must not lead a person to another site, or give the
 * code to it. An app's scheme is not one of this site either. A person can type any value.
 *
 * @param page the page's own address
 */
export function mayComeFromLink(name: string, value: string, page: string | URL): boolean {
  if (!addressFields.includes(name) || value === "") return true;
  if (!URL.canParse(value, page)) return false;
  const { origin, protocol } = new URL(value, page);
  // The origin of `blob:` is that of the page that made it.
  return /^https?:$/.test(protocol) && origin === new URL(page).origin;
}
