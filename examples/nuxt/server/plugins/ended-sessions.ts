/** Refuses a session that has ended, by `clearUserSession`: a copy of its cookie is still sealed well. */
export default defineNitroPlugin(() => {
  sessionHooks.hook("clear", ({ secure }) => {
    if (secure) endedAttempts.add(secure.attempt);
  });
  sessionHooks.hook("fetch", ({ secure }) => {
    if (secure && endedAttempts.has(secure.attempt)) throw createError({ statusCode: 401 });
  });
});
