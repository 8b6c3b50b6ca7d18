#!/usr/bin/env node
/**
 * The entry point of the container's image (docs/serve/container/): `serve`, or with `doctor` as the first word `doctor`. Not
 * `cli.ts`, which loads the demo and the emulator.
 */
import { runDoctor, runServe } from "./commands.js";

const [command, ...rest] = process.argv.slice(2);
if (command === "doctor") await runDoctor(rest);
else await runServe(command === "serve" ? rest : process.argv.slice(2));
