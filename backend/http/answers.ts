import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Locale } from '../contract/common.ts';
import type { RenderedError, RenderError } from './errors.ts';

/** The one shape of errors over REST: `{code, message, data?}` (API-2). */
export type ErrorBody = { code: string; message: string; data?: unknown };

export function errorBody({ code, message, data }: Pick<RenderedError, 'code' | 'message' | 'data'>): ErrorBody {
  return { code, message, ...(data !== undefined && { data }) };
}

/** Answers a request with an error, in the shape that who asks there reads. */
export type Fail = (request: IncomingMessage, response: ServerResponse, error: unknown) => void;

export function createFail(renderError: RenderError): Fail {
  return (request, response, error) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const rendered = renderError(error, { locale: requestedLocale(request), place: 'http' });
    const body = requestPath(request).startsWith('/rpc') ? { json: rendered.toJSON(), meta: [] } : errorBody(rendered);
    response.statusCode = rendered.status;
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(body));
  };
}

/** Path of a request as it came, without its query. */
export function requestPath(request: IncomingMessage & { originalUrl?: string }): string {
  return (request.originalUrl ?? request.url ?? '/').split('?', 1)[0] ?? '/';
}

/** The language that a request asks for first, when it is one of ours. */
export function requestedLocale({ headers }: IncomingMessage): Locale | undefined {
  const [, language] = /^\s*(fr|en)\b/i.exec(headers['accept-language'] ?? '') ?? [];
  return language === undefined ? undefined : (language.toLowerCase() as Locale);
}
