import { redisStore } from "onegini-otp-login/redis";
import { createClient } from "redis";
import { serveKit } from "./serve-kit.js";

/** A site with the kit on Redis, whose address is in the environment. */
const client = await createClient({ url: process.env["REDIS_URL"] ?? "" }).connect();
serveKit(await redisStore({ client }));
