/** `npm start`: the demo, with pages that are bundled from their sources. */
import { buildAssets } from "./build-assets.js";
import { readConfig } from "./server/demo-config.js";
import { startDemo } from "./server/demo-server.js";
import { exit } from "./server/listen-or-exit.js";

const result = readConfig(process.env);
await startDemo(result.kind === "config" ? result.config : exit(result.problem), async () => {
  const { assets } = await buildAssets();
  return assets;
});
