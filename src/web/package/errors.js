// Errors as pages see them, and their way from a worker to the page.

/** Why something did not work. `code` says which kind of trouble it is. */
export class NeriteError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "NeriteError";
    this.code = code;
  }
}

export const refuse = (code, message) => {
  throw new NeriteError(code, message);
};

/** What a worker posts of an error. */
export const describe = (error) => ({
  code: typeof error?.code === "string" ? error.code : "crash",
  message: String(error?.message ?? error),
});

export const revive = ({ code, message }) => new NeriteError(code, message);
