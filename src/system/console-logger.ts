import { invalidArgument } from '../errors/expect.ts';
import type { Clock } from '../ports/clock.ts';
import type { LogFields, Logger } from '../ports/logger.ts';
import { systemClock } from './system-clock.ts';

/** How much is written: everything from the named level up to `error`; `silent` is nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface ConsoleLoggerOptions {
  /** Default: the environment variable `RPCNET_LOG`, else `warn`. */
  readonly level?: LogLevel;
  /** Takes one complete line, newline included. Default: standard error. */
  readonly write?: (line: string) => void;
  /** Where the time of a line comes from. Default: the system's clock. */
  readonly clock?: Pick<Clock, 'wallNow'>;
  /** Where `RPCNET_LOG` is looked up. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes a logger that writes one line per message: time, level, message, then `key=value` for each field.
 *
 * `RPCNET_LOG` is read at the first message, so that a program may still set it after importing the library. A value that is no level
 * is reported once and taken as `warn`.
 *
 * @throws RpcError `INVALID_ARGUMENT` when `level` is given and is none.
 */
export function createConsoleLogger(options: ConsoleLoggerOptions = {}): Logger {
  const { level } = options;
  if (level !== undefined && !isLogLevel(level)) throw invalidArgument('level', LEVELS_TEXT, level);
  return new ConsoleLogger(options);
}

class ConsoleLogger implements Logger {
  readonly #write: (line: string) => void;
  readonly #clock: Pick<Clock, 'wallNow'>;
  readonly #options: ConsoleLoggerOptions;
  #threshold: number | undefined;

  constructor(options: ConsoleLoggerOptions) {
    this.#options = options;
    this.#write = options.write ?? ((line) => process.stderr.write(line));
    this.#clock = options.clock ?? systemClock;
  }

  debug(message: string, fields?: LogFields): void {
    this.#log('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log('error', message, fields);
  }

  #log(level: Exclude<LogLevel, 'silent'>, message: string, fields: LogFields | undefined): void {
    this.#threshold ??= this.#resolveThreshold();
    if (LEVEL_RANKS[level] >= this.#threshold) this.#writeLine(level, message, fields);
  }

  #resolveThreshold(): number {
    const { level, environment = process.env } = this.#options;
    if (level !== undefined) return LEVEL_RANKS[level];
    const wanted = environment.RPCNET_LOG?.trim().toLowerCase();
    if (!wanted) return LEVEL_RANKS.warn;
    if (isLogLevel(wanted)) return LEVEL_RANKS[wanted];
    this.#writeLine('warn', `RPCNET_LOG is not a log level, so "warn" is used; set it to ${LEVELS_TEXT}`, { RPCNET_LOG: wanted });
    return LEVEL_RANKS.warn;
  }

  #writeLine(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const time = new Date(this.#clock.wallNow()).toISOString();
    this.#write(`${time} ${level} ${escapeControls(message)}${formatFields(fields)}\n`);
  }
}

function formatFields(fields: LogFields | undefined): string {
  let text = '';
  for (const [key, value] of Object.entries(fields ?? {})) {
    if (value === undefined) continue;
    text += ` ${key}=${typeof value === 'string' ? formatText(value) : value}`;
  }
  return text;
}

/** Plain words stay as they are; anything that would blur where a value ends is quoted. */
function formatText(value: string): string {
  return /^[^\s"=\p{Cc}]+$/u.test(value) ? value : escapeControls(JSON.stringify(value));
}

/** Keeps a message on its line, and a peer's text from steering the terminal. */
function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (char) => {
    if (char === '\n') return '\\n';
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function isLogLevel(value: string): value is LogLevel {
  return Object.hasOwn(LEVEL_RANKS, value);
}

const LEVEL_RANKS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

const LEVELS_TEXT = 'error, warn, info, debug or silent';

/** The logger of everything that was not given one; shared, so that a wrong `RPCNET_LOG` is reported once per process. */
export const systemLogger: Logger = createConsoleLogger();
