/** What packages need of a logger; pino fits. Never pass a secret or a cell's value. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** For callers that want no log. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Paths in log lines that may hold a secret, for the logger to leave out: the Redis client hangs the command to its
 * errors, and a sign-in that failed is a command with the password.
 */
export const secretLogPaths = ['err.command.args', 'err.*.command.args', 'err.*[*].command.args'];
