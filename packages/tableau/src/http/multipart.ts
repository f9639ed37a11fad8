import { randomBytes } from 'node:crypto';

import type { WireBody } from './transport.ts';

/** An XML request body. */
export function xmlBody(xml: string): WireBody {
  const bytes = Buffer.from(xml, 'utf8');
  return { contentType: 'text/xml', sizeBytes: bytes.length, open: () => bytes };
}

/** A JSON request body. */
export function jsonBody(value: unknown): WireBody {
  const bytes = Buffer.from(JSON.stringify(value), 'utf8');
  return { contentType: 'application/json', sizeBytes: bytes.length, open: () => bytes };
}

/** No content, with the type and the length that the API wants to see all the same. */
export const emptyBody: WireBody = { contentType: 'text/xml', sizeBytes: 0, open: () => Buffer.alloc(0) };

/** `multipart/mixed` (never form-data) with the XML payload as its only part. */
export function payloadBody(xml: string): WireBody {
  const boundary = newBoundary();
  const bytes = Buffer.from(`${payloadPart(boundary, xml)}--${boundary}--\r\n`, 'utf8');
  return { contentType: contentTypeOf(boundary), sizeBytes: bytes.length, open: () => bytes };
}

/** What stands before and after the bytes of a file part, the empty payload part included. */
export function fileFrame(): { contentType: string; head: Buffer; tail: Buffer } {
  const boundary = newBoundary();
  // A constant ASCII file name: some servers choke on others, and the visible name comes from the commit's XML.
  const part = `--${boundary}\r\nContent-Disposition: name="tableau_file"; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return {
    contentType: contentTypeOf(boundary),
    head: Buffer.from(payloadPart(boundary, '') + part, 'utf8'),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`, 'utf8'),
  };
}

function payloadPart(boundary: string, xml: string): string {
  return `--${boundary}\r\nContent-Disposition: name="request_payload"\r\nContent-Type: text/xml\r\n\r\n${xml}\r\n`;
}

/** 128 random bits: will not occur in any payload. */
function newBoundary(): string {
  return randomBytes(16).toString('hex');
}

function contentTypeOf(boundary: string): string {
  return `multipart/mixed; boundary=${boundary}`;
}
