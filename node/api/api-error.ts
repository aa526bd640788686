/** What the API answers instead of what was asked for: a status of HTTP, and one line of what is wrong and what to do. */
export class ApiError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** The node is starting, or about to end. */
export const notRunning = (): ApiError => new ApiError(503, 'the node is starting or stopping; ask again in a moment');

/** More was asked at once than is answered. */
export const tooBusy = (what: string): ApiError => new ApiError(503, `${what}; ask again in a second`);
