/** Values that belong to a log line, for machines to search. Never secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where log lines go. The default writes warnings and errors to standard error; `RPCNET_LOG` chooses the level. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
