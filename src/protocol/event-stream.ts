/** What a stream of server-sent events can say. */
export interface EventStreamHandlers {
  /** An event, whose name is "" if it has none. */
  onEvent: (event: string, data: string) => void;
  /** How long to wait before the next connection, in milliseconds. */
  onRetry?: (delayMs: number) => void;
  /** A comment: servers send them to keep a quiet stream alive. */
  onComment?: () => void;
}

/**
 * Reads a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
 * Event ids are ignored, because each answer says all.
 * @returns takes the next part of the text, which may end anywhere, and has no byte order mark
 */
export function eventStreamParser({
  onEvent,
  onRetry,
  onComment,
}: EventStreamHandlers): (chunk: string) => void {
  let rest = "";
  let event = "";
  let data: string[] = [];
  const readLine = (line: string): void => {
    const [field = "", value = ""] = line.split(/: ?(.*)/s);
    if (!line) {
      if (data.length) onEvent(event, data.join("\n"));
      event = "";
      data = [];
    } else if (!field) onComment?.();
    else if (field === "event") event = value;
    else if (field === "data") data.push(value);
    else if (field === "retry" && /^\d+$/.test(value)) onRetry?.(Number(value));
  };
  return (chunk) => {
    // A line feed may follow a carriage return at the end.
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    lines.forEach(readLine);
  };
}
