// rooms.js is no TypeScript, because ESLint's configuration imports it.
export const wings: readonly {
  name: string;
  uses: readonly string[];
  floors: readonly (readonly string[])[];
}[];
export const pathsOf: (room: string) => readonly string[];
export const imports: ReadonlyMap<string, readonly string[]>;
export const picture: string;
