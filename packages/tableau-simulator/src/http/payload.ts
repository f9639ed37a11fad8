import { XMLParser, XMLValidator } from 'fast-xml-parser';

import { RestError } from './rest-error.ts';

/** A request element: attributes and children under one roof, as XML and JSON bodies both give it. */
export interface PayloadNode {
  readonly [key: string]: PayloadValue;
}
export type PayloadValue = string | boolean | number | null | undefined | PayloadNode | readonly PayloadValue[];

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  processEntities: true,
  // Numeric references (`&#228;`) are read only with this.
  htmlEntities: true,
});

/**
 * The children of `<tsRequest>`, or of the JSON object that stands for it.
 * @throws {RestError} 400000 when the body is empty or malformed
 */
export function parsePayload(text: string, contentType: string | undefined): PayloadNode {
  if (text.trim() === '') throw new RestError('400000', 'The request body is empty.');
  return /\bjson\b/i.test(contentType ?? '') ? parseJson(text) : parseXml(text);
}

function parseJson(text: string): PayloadNode {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RestError('400000', 'Payload is malformed: the body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RestError('400000', 'Payload is malformed: the body is not an object.');
  }
  return value as PayloadNode;
}

function parseXml(text: string): PayloadNode {
  // No request needs a document type, and entities declared in one can explode.
  if (text.includes('<!DOCTYPE') || XMLValidator.validate(text) !== true) {
    throw new RestError('400000', 'Payload is malformed: the body is not well-formed XML.');
  }
  const root = (parser.parse(text) as PayloadNode)['tsRequest'];
  if (root === undefined) throw new RestError('400000', 'Payload is malformed: the root element must be tsRequest.');
  return isNode(root) ? root : {};
}

/** A child element; an empty element counts as one without attributes. */
export function child(node: PayloadNode | undefined, name: string): PayloadNode | undefined {
  const value = node?.[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) {
    const first: PayloadValue = value[0];
    return isNode(first) ? first : {};
  }
  return isNode(value) ? value : {};
}

/** All children of one name. */
export function children(node: PayloadNode | undefined, name: string): readonly PayloadNode[] {
  const value = node?.[name];
  if (value === undefined) return [];
  const list: readonly PayloadValue[] = Array.isArray(value) ? value : [value];
  return list.map((item) => (isNode(item) ? item : {}));
}

/** An attribute as text. */
export function attribute(node: PayloadNode | undefined, name: string): string | undefined {
  const value = node?.[name];
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    ? String(value)
    : undefined;
}

/** A boolean attribute in any case; what is neither true nor false (TSC sends "none") counts as not given. */
export function booleanAttribute(node: PayloadNode | undefined, name: string): boolean | undefined {
  const text = attribute(node, name)?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/**
 * The mandatory child of the request.
 * @throws {RestError} 400000
 */
export function requireChild(node: PayloadNode, name: string): PayloadNode {
  const found = child(node, name);
  if (found === undefined) throw new RestError('400000', `Payload is malformed: the element '${name}' is missing.`);
  return found;
}

/**
 * Refuses elements that the server does not know.
 * @throws {RestError} 400000 with the expected names
 */
export function refuseUnknownChildren(node: PayloadNode, accepted: readonly string[]): void {
  for (const [name, value] of Object.entries(node)) {
    if (typeof value !== 'object' || value === null || accepted.includes(name)) continue;
    const list = accepted.map((item) => `<{http://tableau.com/api}${item}>`).join(',');
    throw new RestError(
      '400000',
      `Payload is either malformed or incomplete. (Deserialization problem: unexpected element (uri:"http://tableau.com/api", local:"${name}"). Expected elements are ${list})`,
    );
  }
}

function isNode(value: PayloadValue): value is PayloadNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
