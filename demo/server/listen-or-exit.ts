import { codeOf } from "../../src/service/process/error-code.js";
import { variableWords, type Words } from "./demo-config.js";
import { listenOnLoopback, type LoopbackServer } from "./loopback-server.js";

/** Listens, or ends the process with a message that says what to do. */
export async function listenOrExit(port: number, words: Words = variableWords): Promise<LoopbackServer> {
  try {
    return await listenOnLoopback(port);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EADDRINUSE") {
      return exit(
        `Port ${port} is in use. Stop the program that uses it, or choose another port: ${words.setting("PORT", "0")}`,
      );
    }
    if (code === "EACCES") {
      return exit(
        `This user may not use port ${port}. Choose a port from 1024 up: ${words.setting("PORT", "3000")}`,
      );
    }
    throw error;
  }
}

export function exit(problem: string, code: 1 | 2 = 1): never {
  console.error(problem);
  process.exit(code);
}
