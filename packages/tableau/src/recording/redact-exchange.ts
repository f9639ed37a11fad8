import { readReplyBody } from '../wire/reply-body.ts';
import type { RawExchange } from './exchange.ts';

/** An exchange that can be shown to others: shapes, codes, times and numbers stay, names and secrets don't. */
export interface RedactedExchange {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly request?: string;
  readonly requestBytes: number;
  readonly status: number | undefined;
  readonly replyType: string | undefined;
  readonly reply: unknown;
  readonly ms: number;
}

/** Values of these keys are words of the protocol. */
const openKeys = new Set(
  `code type mode status jobType progress finishCode contentPermissions siteRole createdAt updatedAt startedAt
  completedAt endedAt restApiVersion fileSize size pageNumber pageSize totalAvailable build
  estimatedTimeToExpiration datasourceType append overwrite replace asJob hasExtracts isCertified
  encryptExtracts`
    .toLowerCase()
    .split(/\s+/),
);
const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const uploadSession = /\d+:[0-9a-f]+-\d+:\d+/gi;
const listLimit = 3;

/**
 * Makes exchanges of one recording fit to be passed on. The same id becomes the same number throughout; names stay only
 * where they are ours.
 */
export function createExchangeRedactor(isOurs: (text: string) => boolean): (raw: RawExchange) => RedactedExchange {
  const numbers = new Map<string, string>();
  const numberOf = (kind: string, id: string): string => {
    const known = numbers.get(id.toLowerCase());
    if (known !== undefined) return known;
    const made = `<${kind}-${numbers.size + 1}>`;
    numbers.set(id.toLowerCase(), made);
    return made;
  };
  const withoutIds = (text: string): string =>
    text.replaceAll(guid, (id) => numberOf('id', id)).replaceAll(uploadSession, (id) => numberOf('upload', id));

  function redactText(key: string, text: string): string {
    const plain = withoutIds(text);
    const isOpen = openKeys.has(key.toLowerCase()) || isOurs(text) || /^(?:true|false|-?\d+(?:\.\d+)?)?$/.test(text);
    if (isOpen || /^<(?:id|upload)-\d+>$/.test(plain)) return plain;
    return `<text of ${text.length}>`;
  }

  function redactValue(key: string, value: unknown): unknown {
    if (typeof value === 'string') return redactText(key, value);
    if (Array.isArray(value)) {
      const shown = value.slice(0, listLimit).map((item) => redactValue(key, item));
      return value.length > listLimit ? [...shown, `<${value.length - listLimit} more>`] : shown;
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([inner, item]) => [inner, redactValue(inner, item)]));
  }

  function redactRequest(text: string): string {
    return withoutIds(text)
      .replaceAll(/([\w-]+)="([^"]*)"/g, (_match, key: string, value: string) => `${key}="${redactText(key, value)}"`)
      .replaceAll(/--[0-9a-f]{32}/g, '--boundary');
  }

  return (raw) => ({
    method: raw.method,
    path: withoutIds(raw.url.pathname).replace(/\/tags\/.*$/, '/tags/<tag>'),
    query: Object.fromEntries([...raw.url.searchParams].map(([key, value]) => [key, redactQuery(key, value)])),
    ...(raw.requestBody === undefined || raw.requestBody === '' ? {} : { request: redactRequest(raw.requestBody) }),
    requestBytes: raw.requestBytes,
    status: raw.status,
    replyType: raw.replyType,
    reply: redactReply(raw.replyText),
    ms: Math.round(raw.ms),
  });

  function redactQuery(key: string, value: string): string {
    if (key !== 'filter') return redactText(key, value);
    const [field = '', operator = '', ...rest] = value.split(':');
    return `${field}:${operator}:${redactText('value', rest.join(':'))}`;
  }

  function redactReply(text: string | undefined): unknown {
    if (text === undefined || text === '') return undefined;
    const body = readReplyBody(text);
    return body === undefined ? `<${text.length} characters that are no reply of the API>` : redactValue('', body);
  }
}
