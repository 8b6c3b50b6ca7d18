import { hasSession, openSessionChanges } from "./session-changes.js";

// After a logout in another tab, this address is the login page again.
openSessionChanges((change) => {
  if (change === "ended") location.reload();
});

// An app may come back to somebody who has logged in meanwhile: its number is of no use here.
history.replaceState(history.state, "", location.pathname + location.search);

// A logout that came before this script was not heard.
if ((await hasSession()) === false) location.reload();
