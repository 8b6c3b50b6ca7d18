/** Registers every language; made by `demo/playground/locales.ts`. */
declare module "demo:locales";
