import { pino, type DestinationStream } from 'pino';

/** Writes one JSON line per event. Fields never hold a phone, a body or a secret (SEC-4). */
export type Logger = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** Keys whose values are removed wherever they stand: a second line of defence, the first is not to log them. */
const CENSORED_KEYS = [
  'phone',
  'to',
  'from',
  'body',
  'message1',
  'message2',
  'token',
  'secret',
  'apiKey',
  'authorization',
  'password',
  'cookie',
  'url',
];

/** @param level one of pino's levels, or `silent`. Lines go to stderr: stdout belongs to the commands' answers. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    redact: { paths: CENSORED_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[masked]' },
    serializers: { error: pino.stdSerializers.err },
  };
  return pino(options, destination ?? pino.destination({ fd: 2, sync: true }));
}

/** A logger that drops everything. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
