export default defineEventHandler(async (event) => {
  const { secure } = await getUserSession(event);
  if (secure) endedAttempts.add(secure.attempt);
  await clearUserSession(event);
  for (const cookie of loginKit.forget().getSetCookie()) appendResponseHeader(event, "Set-Cookie", cookie);
  return sendRedirect(event, "/", 303);
});
