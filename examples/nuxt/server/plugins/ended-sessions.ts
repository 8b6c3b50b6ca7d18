/** Refuses a session that has ended: a copy of its cookie is still sealed well. */
export default defineNitroPlugin(() => {
  sessionHooks.hook("fetch", ({ secure }) => {
    if (secure && endedAttempts.has(secure.attempt)) throw createError({ statusCode: 401 });
  });
});
