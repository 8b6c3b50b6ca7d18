/** Registers every language; made by `demo/playground/locales-plugin.ts`. */
declare module "demo:locales";
