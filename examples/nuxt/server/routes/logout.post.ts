export default defineEventHandler(async (event) => {
  // The answer to a form of another site would end the cookies too.
  if (getRequestHeader(event, "sec-fetch-site") !== "same-origin") throw createError({ statusCode: 403 });
  await clearUserSession(event);
  for (const cookie of loginKit.forget().getSetCookie()) appendResponseHeader(event, "Set-Cookie", cookie);
  return sendRedirect(event, "/", 303);
});
