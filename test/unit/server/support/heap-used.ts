import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** How many bytes are in use, once what nobody holds is collected. */
export function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
