/** The code that the first page shows at once, as long as a real one: nobody can log in with it. */
export const firstCode = {
  attempt: "the-first-page",
  otp: "Tm9ib2R5IGNhbiBsb2cgaW4gd2l0aCB0aGlzIGNvZGUuIFRoZSBzaXRlIG9mIG9uZWdpbmktb3RwLWxvZ2luIHNob3dzIGl0IGluIGl0cyBzdGFuZC1pbi4u",
  expiresIn: 60,
  /** The card has room for the number on the phone. */
  digits: 4,
} as const;
