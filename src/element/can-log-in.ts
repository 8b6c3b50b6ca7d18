/**
 * Whether the browser has what the login needs; everything else that it uses is older than these two. The DOMs of unit
 * tests have no `Path2D`: there the element stays idle and needs neither.
 */
export const canLogIn =
  !("Path2D" in globalThis) || ("canParse" in URL && "checkVisibility" in Element.prototype);
