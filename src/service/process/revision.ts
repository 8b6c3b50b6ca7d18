declare const __REVISION__: string | undefined;

/** The commit that the build was made of, with `-dirty` if files had changed; `unknown` without git, and from the sources. */
export const revision = typeof __REVISION__ === "string" ? __REVISION__ : "unknown";
