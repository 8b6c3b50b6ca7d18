/** Part of `npm run build`: writes what VS Code's and JetBrains' editors read about the element, from its manifest. */
import { readFileSync, writeFileSync } from "node:fs";
import { getWebTypesData } from "custom-element-jet-brains-integration";
import { getVsCodeCssCustomData, getVsCodeHtmlCustomData } from "custom-element-vs-code-integration";

type Manifest = Parameters<typeof getVsCodeHtmlCustomData>[0];
const manifest = JSON.parse(readFileSync("custom-elements.json", "utf8")) as Manifest;
// The CSS properties have a list of their own. In the tag's description each would have the default "undefined".
const options = { hideCssPropertiesDocs: true };

writeFileSync("dist/vscode.html-custom-data.json", getVsCodeHtmlCustomData(manifest, options));
writeFileSync("dist/vscode.css-custom-data.json", getVsCodeCssCustomData(manifest, options));
// No page of the package's own is known, and an empty "doc-url" is a link to nothing.
const webTypes = JSON.parse(getWebTypesData(manifest, options), (name, value: unknown) =>
  name === "doc-url" && value === "" ? undefined : value,
) as unknown;
writeFileSync("dist/web-types.json", JSON.stringify(webTypes));
