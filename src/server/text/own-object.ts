import * as v from "valibot";
import { isObject, ownMembers } from "../../protocol/login-api.js";

/** As `v.object`, but only for members of its own: `v.object` also reads inherited ones, and gives an object that inherits. */
export const ownObject = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.unknown(),
    v.transform((value) => (isObject(value) ? ownMembers(value) : value)),
    v.object(ownMembers(entries), "an object"),
    v.transform((members) => ownMembers(members)),
  );
