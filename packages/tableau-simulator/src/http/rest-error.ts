import { element, textElement, type Element } from './element.ts';

/** An error of Tableau's REST API; its first three digits are the HTTP status unless `status` says otherwise. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly code: string;
  readonly status: number;
  readonly summary: string;

  constructor(code: string, detail: string, status = Number(code.slice(0, 3))) {
    super(detail);
    this.code = code;
    this.status = status;
    this.summary = summaries[status] ?? 'Bad Request';
  }
}

/** The `<error>` element: summary and detail both, else the official client takes it for something else. */
export function errorElement(error: RestError): Element {
  return element('error', { code: error.code }, [
    textElement('summary', error.code === '401001' ? 'Signin Error' : error.summary),
    textElement('detail', error.message),
  ]);
}

const summaries: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized Access',
  403: 'Forbidden',
  404: 'Resource Not Found',
  405: 'Invalid Request Method',
  409: 'Resource Conflict',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};
