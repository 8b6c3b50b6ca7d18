// Writes the hash of the installed file into the page. Run it again after each update of the package.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const file = readFileSync("node_modules/onegini-otp-login/dist/onegini-otp-login.js");
const hash = createHash("sha384").update(file).digest("base64");
const page = readFileSync("index.html", "utf8");
writeFileSync(
  "index.html",
  page.replace(/(src="\/onegini-otp-login\.js")[^>]*/, `$1 integrity="sha384-${hash}"`),
);
