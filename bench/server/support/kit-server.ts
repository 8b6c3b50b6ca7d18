import { memoryStore } from "onegini-otp-login/server";
import { serveKit } from "./serve-kit.js";

/** A site with the kit and the memory store. */
serveKit(memoryStore());
