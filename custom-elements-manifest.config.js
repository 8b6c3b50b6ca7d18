import { posix } from "node:path";

/** The analyzer lists sources. This leaves what a page can use, and names the files that the package ships. */
const asShipped = {
  name: "as-shipped",
  packageLinkPhase({ customElementsManifest: { modules } }) {
    const shipped = (path) => path.replace(/^\/?src\//, "dist/").replace(/\.ts$/, ".js");
    const declared = modules.flatMap(({ declarations }) => declarations.map(({ name }) => name));
    for (const module of modules) {
      const { path, declarations, exports } = module;
      for (const declaration of declarations) {
        const { superclass, members, events, attributes, cssProperties } = declaration;
        // The DOM's classes have no module.
        if (superclass?.module) declaration.superclass = { name: superclass.name, package: "global:" };
        declaration.members = members.filter(
          (member) => !member.static && (member.privacy ?? "public") === "public",
        );
        // The others are guesses from calls of `dispatchEvent`.
        declaration.events = events?.filter(({ description }) => description);
        // The manifest has a name of its own for a property's type.
        for (const property of cssProperties ?? []) {
          property.syntax = property.type?.text;
          delete property.type;
        }
        for (const attribute of attributes ?? [])
          attribute.default = members.find(({ name }) => name === attribute.fieldName).default;
      }
      // Types are no exports of a script.
      module.exports = exports.filter(({ declaration }) => declared.includes(declaration.name));
      for (const { declaration } of module.exports) {
        const isRelative = declaration.module.startsWith(".");
        declaration.module = shipped(
          isRelative ? posix.join(posix.dirname(path), declaration.module) : declaration.module,
        );
      }
      module.path = shipped(path);
    }
  },
};

export default {
  globs: ["src/element/onegini-otp-login.ts", "src/element/events.ts", "src/define.ts", "src/index.ts"],
  litelement: true,
  packagejson: false,
  plugins: [asShipped],
};
