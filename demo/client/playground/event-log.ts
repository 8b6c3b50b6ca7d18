import { LoginErrorEvent, LoginEvent, StateChangeEvent, type OneginiOtpLogin } from "onegini-otp-login";

const maxEntries = 200;

const timeFormat = {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
} as const;

/**
 * Lists an element's events. The list is not a live region, because a screen reader would then read every event over the
 * element's own announcements.
 */
export function logEvents(region: HTMLElement): {
  of: (element: OneginiOtpLogin) => void;
  clear: () => void;
} {
  const list = region.querySelector("ol")!;
  const add = (name: string, details: string): void => {
    const item = document.createElement("li");
    const time = document.createElement("time");
    const now = new Date();
    time.dateTime = now.toISOString();
    time.textContent = now.toLocaleTimeString("en-GB", timeFormat);
    const type = document.createElement("b");
    type.textContent = name;
    item.append(time, " ", type, " ", details);
    const isAtEnd = region.scrollHeight - region.scrollTop - region.clientHeight < 8;
    list.append(item);
    if (list.children.length > maxEntries) list.firstElementChild?.remove();
    // Follows the end, unless the person has scrolled up.
    if (isAtEnd) region.scrollTop = region.scrollHeight;
  };
  const onEvent = (event: Event): void => {
    if (event instanceof StateChangeEvent) add(event.type, event.state);
    else if (event instanceof LoginErrorEvent) {
      const answer = event.answer === undefined ? "" : `, answer ${JSON.stringify(event.answer)}`;
      add(event.type, `${event.code}${causeOf(event.cause)}${answer}`);
    } else if (event instanceof LoginEvent) {
      const target = event.redirectTo === undefined ? "" : `, redirectTo ${event.redirectTo}`;
      const kept = event.defaultPrevented ? ", prevented" : "";
      add(event.type, `result ${JSON.stringify(event.result)}${target}${kept}`);
    }
  };
  return {
    of(element) {
      for (const type of ["statechange", "login", "error"]) element.addEventListener(type, onEvent);
    },
    clear: () => list.replaceChildren(),
  };
}

/** The innermost cause of an error, in words. */
function causeOf(cause: unknown): string {
  if (cause instanceof Response) return `: ${cause.status} ${cause.statusText}`.trimEnd();
  if (cause instanceof Error) return cause.cause === undefined ? `: ${cause.message}` : causeOf(cause.cause);
  return cause === undefined ? "" : `: ${JSON.stringify(cause)}`;
}
