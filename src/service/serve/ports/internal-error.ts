type InternalErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "insufficient_scope"
  | "invalid_ticket"
  | "too_many_requests"
  | "server_error"
  | "temporarily_unavailable";

/** An error of the internal port. It is thrown anywhere and answered in one place, in the shape of the login API's errors. */
export class InternalError extends Error {
  override readonly name = "InternalError";
  readonly status: number;
  readonly code: InternalErrorCode;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: InternalErrorCode,
    description: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(description);
    this.status = status;
    this.code = code;
    this.#headers = headers;
  }

  toResponse(): Response {
    const body = { error: this.code, error_description: this.message };
    return Response.json(body, { status: this.status, headers: this.#headers });
  }
}

export const badRequest = (description: string): InternalError =>
  new InternalError(400, "invalid_request", description);
