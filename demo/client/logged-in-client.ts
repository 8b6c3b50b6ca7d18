import { hasSession, openSessionChanges } from "./session-changes.js";

// After a logout in another tab, this address is the login page again.
openSessionChanges((change) => {
  if (change === "ended") location.reload();
});

// A logout that came before this script was not heard.
if ((await hasSession()) === false) location.reload();
