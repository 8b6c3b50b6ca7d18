/** What client and server of the memory bench know of the attempts that are there from the beginning. */

/** The secret of the one browser that owns them all. */
export const seededCookie = "x".repeat(43);

export const seededId = (index: number): string => String(index).padStart(22, "A");
