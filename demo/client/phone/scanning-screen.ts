import { html, nothing, type TemplateResult } from "lit";
import { icon, type Actions, type Screen } from "./screen-parts.js";
import type { Source, Trouble } from "./code-sources.js";

type Scanning = Extract<Screen, { name: "scanning" }>;

/** The viewfinder, and the three places to look for the code. */
export function scanningScreen({ source, trouble }: Scanning, actions: Actions): TemplateResult {
  return html`
    <div class="screen scanning">
      <button class="cancel" @click=${actions.close}>Cancel</button>
      <div class="viewfinder ${source}">
        <canvas
          id="viewfinder"
          role="img"
          aria-label="What the phone sees"
          ?hidden=${trouble !== undefined}
        ></canvas>
        ${viewfinderButtons(source, trouble, actions)}
      </div>
      <h2 class="visually-hidden" tabindex="-1">Scan the code</h2>
      <p class="instruction" role="status">${trouble ? troubles[trouble] : instructions[source]}</p>
      <div class="sources" role="group" aria-label="Scan with">
        ${sourceButton("camera", source, () => actions.look("camera"))}
        ${sourceButton("photo", source, (event) => {
          actions.look("photo");
          photoInputOf(event)?.click();
        })}
        ${sourceButton("page", source, () => actions.look("page"))}
      </div>
      <input
        class="photo-input"
        type="file"
        accept="image/*"
        capture="environment"
        aria-label="Photo of the code"
        tabindex="-1"
        @change=${({ target }: Event) => {
          const [file] = (target as HTMLInputElement).files ?? [];
          if (file) actions.readPhoto(file);
          // The same photo may be chosen again.
          (target as HTMLInputElement).value = "";
        }}
      />
    </div>
  `;
}

const labels = { camera: "Camera", photo: "Photo", page: "Page" } as const;
const sourceIcons = { camera: "camera", photo: "photo", page: "laptop" } as const;

const instructions: Record<Source, string> = {
  camera: "Point at the code on your computer",
  photo: "Take or choose a photo of the code",
  page: "Looking at the login page…",
};

const troubles: Record<Trouble, string> = {
  "camera-missing": "There’s no camera to use. Try Photo or Page.",
  "camera-refused": "The camera is off. Allow it for this page, or try Photo or Page.",
  "page-missing": "No login page with a code is open in this browser.",
  "share-refused": "Nothing was shared.",
  "photo-unreadable": "This isn’t a picture that can be opened.",
  "photo-without-code": "There’s no code to be found in this photo.",
  "reader-missing": "The QR reader could not be loaded. Reload this page.",
};

const sourceButton = (source: Source, current: Source, onClick: (event: Event) => void) => html`
  <button aria-pressed=${source === current ? "true" : "false"} @click=${onClick}>
    ${icon(sourceIcons[source])} ${labels[source]}
  </button>
`;

function viewfinderButtons(
  source: Source,
  trouble: Trouble | undefined,
  actions: Actions,
): TemplateResult | typeof nothing {
  switch (source) {
    case "camera":
      return trouble ? html`<button @click=${() => actions.look("camera")}>Try again</button>` : nothing;
    case "photo":
      return html`<button @click=${(event: Event) => photoInputOf(event)?.click()}>
        ${trouble ? "Another photo" : "Choose a photo"}
      </button>`;
    case "page":
      return trouble
        ? html`<a href="/" target="_blank" rel="noopener">Open the login page</a>
            ${canShare() ? html`<button @click=${actions.share}>Share a tab or window</button>` : nothing}`
        : nothing;
    default:
      return source satisfies never;
  }
}

const canShare = (): boolean => "getDisplayMedia" in (navigator.mediaDevices ?? {});

const photoInputOf = ({ currentTarget }: Event): HTMLInputElement | null | undefined =>
  (currentTarget as Element | null)?.closest(".scanning")?.querySelector("input");
