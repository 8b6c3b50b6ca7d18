import { html } from "hono/html";
import { networkChoices, type NetworkName } from "../../playground/playground-choices.js";
import { field, select } from "./fields.js";

const labels: Record<NetworkName, string> = {
  delay: "Every answer comes",
  codes: "Codes: start and renewal",
  stream: "Status stream",
  polls: "Polls",
  login: "Login",
  cookies: "Cookies",
  number: "The number on the phone",
  life: "A code lives for",
};

export const networkTab = html`<fieldset>
    <legend>Network and server</legend>
    ${Object.entries(networkChoices).map(([name, choices]) =>
      field(name, labels[name as NetworkName], select(name, choices)),
    )}
    <p class="hint">
      Real answers of a server that misbehaves, for all playgrounds of this browser. In the phase “offline”
      the page says what a browser without a network says; the browser’s developer tools switch the network
      off.
    </p>
    <p class="hint">
      The <a href="/phone" target="_blank" rel="noopener">demo phone</a> reads the code from this page, too.
    </p>
  </fieldset>
  <div class="panel">
    <div class="head">
      <h2 id="events-title">Events</h2>
      <button type="button" id="clear" aria-label="Clear the events">Clear</button>
    </div>
    <div id="events" tabindex="0" role="region" aria-labelledby="events-title"><ol></ol></div>
  </div>`;
