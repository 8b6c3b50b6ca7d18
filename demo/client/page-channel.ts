/** A channel to the other pages of this site in this browser. */
interface PageChannel {
  post: (message: unknown) => void;
}

/**
 * Opens a channel. It is closed while the page is in the back-forward cache, because an open one would keep the page out of
 * it.
 *
 * @param onMessage - hears what other pages post
 */
export function openPageChannel(name: string, onMessage: (message: unknown) => void): PageChannel {
  function listen(): BroadcastChannel {
    const opened = new BroadcastChannel(name);
    opened.addEventListener("message", ({ data }: MessageEvent<unknown>) => onMessage(data));
    return opened;
  }

  let channel = listen();
  window.addEventListener("pagehide", () => channel.close());
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) channel = listen();
  });
  return { post: (message) => channel.postMessage(message) };
}
