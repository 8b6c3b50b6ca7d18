// Takes `?next=` of the login page along to the route that redeems the ticket, which checks it.
document.querySelector("onegini-otp-login")?.addEventListener("login", (event) => {
  const next = new URLSearchParams(location.search).get("next");
  if (!next || !event.redirectTo) return;
  event.preventDefault();
  const target = new URL(event.redirectTo);
  target.searchParams.set("next", next);
  location.replace(target);
});
