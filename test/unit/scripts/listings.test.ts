import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { withListings } from "../../../scripts/listings.js";

const example = `\
import { log } from "./log.js";

class Login {
  // #region kit
  path = "/otp-login";
  // #endregion kit
  log = log;

  // #region kit
  kit = createLoginKit({
    // #region …
    origin: "https://www.example.com",
    // #endregion …

    signIn: begin,
  });
  // #endregion kit
}
`;

/** The listing that a page gets below a comment that names this file or region. */
const listing = (named: string, text = example): string =>
  withListings(`<!-- listing: ${named} -->\n\n\`\`\`ts\nold\n\`\`\`\n`, () => text).replace(/^.*\n\n/, "");

describe("a listing of an example", () => {
  test("is the region that it names, all parts of it, without indentation and markers, and … for what is left out", () => {
    assert.equal(
      listing("examples/nest/src/login-kit.ts#kit"),
      `\`\`\`ts
// src/login-kit.ts
path = "/otp-login";

kit = createLoginKit({
  …,

  signIn: begin,
});
\`\`\`
`,
    );
  });

  test("is the whole file without a region, and without markers", () => {
    assert.equal(
      listing("examples/backends/go/login.js", example.replaceAll("…", "origin")),
      `\`\`\`js
// login.js
import { log } from "./log.js";

class Login {
  path = "/otp-login";
  log = log;

  kit = createLoginKit({
    origin: "https://www.example.com",

    signIn: begin,
  });
}
\`\`\`
`,
    );
  });

  test("has the comments of its language, and in each part the indentation after the marker's", () => {
    const page = `\
<body>
  <!-- #region tag -->
  <onegini-otp-login></onegini-otp-login>
  <!-- #endregion tag -->
</body>
`;
    assert.equal(
      listing("examples/html/index.html#tag", page),
      "```html\n<!-- index.html -->\n<onegini-otp-login></onegini-otp-login>\n```\n",
    );
    const route = `\
# #region redeem
def log_in():
# #endregion redeem
    check()
# #region redeem
    return redirect("/")
# #endregion redeem
`;
    assert.equal(
      listing("examples/backends/flask/app.py#redeem", route),
      '```py\n# app.py\ndef log_in():\n\n    return redirect("/")\n```\n',
    );
    const tsx = "    {/* #region tag */}\n    <Login />\n    {/* #endregion tag */}\n";
    assert.equal(listing("examples/react/main.tsx#tag", tsx), "```tsx\n// main.tsx\n<Login />\n```\n");
  });

  test("leaves the rest of the page as it is", () => {
    const page = (code: string): string =>
      `# Page\n\n<!-- listing: examples/go/a.ts -->\n\n\`\`\`ts\n${code}\`\`\`\n\n\`\`\`ts\nother\n\`\`\`\n`;
    assert.equal(
      withListings(page("old\n\nold\n"), () => "new $&\n"),
      page("// a.ts\nnew $&\n"),
    );
  });

  test("fails with the name of a region or a file that is not there", () => {
    assert.throws(() => listing("examples/go/a.ts#session"), /examples\/go\/a\.ts has no region "session"/);
    const read = (file: string): string => assert.fail(`no ${file}`);
    assert.throws(
      () => withListings("<!-- listing: examples/go/b.ts -->\n\n```ts\n```\n", read),
      /no examples\/go\/b\.ts/,
    );
  });

  test("fails where a comment stands above no listing", () => {
    assert.throws(
      () => withListings("<!-- listing: examples/go/a.ts#kit -->\n\nText\n", () => example),
      /No listing below .*examples\/go\/a\.ts#kit/,
    );
  });

  test("fails where a comment is written in another way, which would leave its listing as it is", () => {
    for (const comment of ["  <!-- listing: a.ts -->", "<!--listing: a.ts-->", "<!-- listing: a.ts --> x"])
      assert.throws(
        () => withListings(`${comment}\n\n\`\`\`ts\n\`\`\`\n`, () => example),
        /stands alone in its line/,
      );
  });

  test("fails where a region does not end, or another one ends", () => {
    for (const [text, complaint] of [
      ["// #region kit\na();\n", /^Error: examples\/go\/a\.ts: region "kit" does not end$/],
      ["// #region kit\na();\n// #endregion log\n", /a\.ts: "\/\/ #endregion log" ends another region$/],
      ["a();\n// #endregion kit\n", /a\.ts: "\/\/ #endregion kit" ends another region$/],
    ] as const)
      assert.throws(() => listing("examples/go/a.ts", text), complaint);
  });
});

describe("a table of what a site can style", () => {
  const manifest = JSON.stringify({
    modules: [
      {
        declarations: [
          {
            tagName: "onegini-otp-login",
            cssProperties: [
              {
                name: "--onegini-otp-login-accent",
                description: "Ring, links. Not the code.",
                default: "#1f4fd1",
                syntax: "<color>",
              },
              {
                name: "--onegini-otp-login-focus",
                description: "The focus. Default: the accent.",
                syntax: "<color>",
              },
              {
                name: "--onegini-otp-login-radius",
                description: "The corners.",
                default: "16px",
                syntax: "<length>",
              },
            ],
            cssParts: [
              { name: "base", description: "The card." },
              { name: "status", description: "The live region." },
              { name: "title", description: "Its heading." },
            ],
            slots: [{ name: "logo", description: "A picture." }],
          },
        ],
      },
    ],
  });
  const table = (name: string): string =>
    withListings(
      `<!-- listing: custom-elements.json#${name} -->\n\n| old |\n| --- |\n`,
      () => manifest,
    ).replace(/^.*\n\n/, "");

  test("has the defaults of the manifest, and those that the description tells where there is no value", () => {
    assert.equal(
      table("colours"),
      `\
| property                     | letter | what                      | default    |
| ---------------------------- | ------ | ------------------------- | ---------- |
| \`--onegini-otp-login-accent\` | A      | ring, links. Not the code | \`#1f4fd1\`  |
| \`--onegini-otp-login-focus\`  | –      | the focus                 | the accent |
`,
    );
  });

  test("has the letters and numbers of the pictures, counted over all tables, and a dash for what is in none", () => {
    assert.match(
      table("other-properties"),
      /^\| `--onegini-otp-login-radius` \| B {6}\| the corners \| `16px` {2}\|$/m,
    );
    assert.match(table("slots"), /^\| `logo` \| C {6}\| a picture \|$/m);
    assert.match(
      table("parts"),
      /^\| `base` {3}\| 1 {3}\|[^]*^\| `status` \| – {3}\|[^]*^\| `title` {2}\| 2 {3}\|/m,
    );
  });

  test("fails with a name that is none of a table", () => {
    assert.throws(() => table("colors"), /custom-elements\.json has no table "colors"/);
  });
});
