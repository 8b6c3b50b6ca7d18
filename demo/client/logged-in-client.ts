import { openSessionChanges } from "./session-changes.js";

// After a logout in another tab, this address is the login page again.
openSessionChanges((change) => {
  if (change === "ended") location.reload();
});
