/** Every error code that leaves the backend, with its HTTP status. The sentences stand in `messages/`. */
export const ERROR_STATUS = {
  bad_request: 400,
  invalid_phone: 400,
  csv_unreadable: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  backup_busy: 409,
  idempotency_conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  daily_limit_reached: 422,
  rolling_limit_reached: 422,
  shared_limit_reached: 422,
  shared_counters_unavailable: 422,
  opted_out: 422,
  not_retryable: 422,
  not_cancellable: 422,
  not_resolvable: 422,
  not_assignable: 422,
  not_on_this_line: 422,
  no_line: 422,
  line_fixed: 422,
  line_waits: 422,
  line_disabled: 422,
  line_in_use: 422,
  line_keys_missing: 422,
  clock_unconfirmed: 422,
  wrong_campaign_status: 422,
  wrong_import_state: 422,
  import_running: 422,
  no_recipients: 422,
  backup_damaged: 422,
  backup_newer: 422,
  backup_of_other_workspace: 422,
  backup_key_missing: 422,
  copy_key_missing: 422,
  body_unreadable: 422,
  unknown_variable: 422,
  sync_off: 422,
  too_many_requests: 429,
  internal_error: 500,
  backup_failed: 500,
  frozen: 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** Finer than what a program must tell apart: these leave as the general code, with the fine one in `data.reason`. */
const GENERAL_CODES: Partial<Record<ErrorCode, ErrorCode>> = {
  invalid_phone: 'bad_request',
  csv_unreadable: 'bad_request',
  idempotency_conflict: 'conflict',
};

/** Values that a sentence names; nothing in here may be a secret, a body or a whole phone. */
export type ErrorData = Record<string, string | number | boolean | null | string[]>;

/** An error with a code that a user can act on. Its sentence is chosen where it leaves, in the user's language. */
export class VigieError extends Error {
  readonly code: ErrorCode;
  readonly data: ErrorData | undefined;

  constructor(code: ErrorCode, data?: ErrorData, options?: { cause?: unknown }) {
    super(code, options);
    this.name = 'VigieError';
    this.code = code;
    this.data = data;
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }

  /** Code under which it leaves the backend. */
  get publicCode(): ErrorCode {
    return GENERAL_CODES[this.code] ?? this.code;
  }
}
