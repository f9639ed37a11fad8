/** A value of an attribute; `undefined` leaves the attribute out. */
export type AttributeValue = string | number | boolean | undefined;

/** One element of a reply, written as XML or JSON by what the request accepts. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly children: readonly Element[];
  readonly text?: string;
  /** A list element: in JSON its children form one array, and an empty list has no inner key. */
  readonly list: boolean;
}

/** An element with attributes and children. */
export function element(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
  children: readonly Element[] = [],
): Element {
  return { name, attributes, children, list: false };
}

/** An element that holds any number of children of one name. */
export function listElement(name: string, children: readonly Element[]): Element {
  return { name, attributes: {}, children, list: true };
}

/** An element with text, and attributes if any. */
export function textElement(
  name: string,
  text: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): Element {
  return { name, attributes, children: [], text, list: false };
}

/** The whole XML document. The declaration comes first: TSC finds the namespace only then. */
export function writeXml(children: readonly Element[]): string {
  const open =
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<tsResponse xmlns="http://tableau.com/api" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' +
    ' xsi:schemaLocation="http://tableau.com/api https://help.tableau.com/samples/en-us/rest_api/ts-api_3_29.xsd">';
  return `${open}${children.map(writeElement).join('')}</tsResponse>`;
}

/** The JSON form: no wrapper, attributes as keys, scalars as strings. */
export function writeJson(children: readonly Element[]): string {
  return JSON.stringify(Object.fromEntries(children.map((child) => [child.name, jsonValue(child)])));
}

function writeElement(node: Element): string {
  const attributes = Object.entries(node.attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');
  const content = node.text === undefined ? node.children.map(writeElement).join('') : escapeXml(node.text);
  return content === '' ? `<${node.name}${attributes}/>` : `<${node.name}${attributes}>${content}</${node.name}>`;
}

/** Elements that may come several times among others, without a list around them. */
const repeated: ReadonlySet<string> = new Set(['granteeCapabilities']);

function jsonValue(node: Element): unknown {
  if (node.list) {
    const first = node.children[0];
    return first === undefined ? {} : { [first.name]: node.children.map(jsonValue) };
  }
  const attributes = Object.entries(node.attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  if (node.text !== undefined) {
    return attributes.length === 0 ? node.text : { value: node.text, ...Object.fromEntries(attributes) };
  }
  const fields: Record<string, unknown> = Object.fromEntries(attributes);
  for (const child of node.children) {
    const value = jsonValue(child);
    const before = fields[child.name];
    if (!repeated.has(child.name)) fields[child.name] = value;
    else fields[child.name] = Array.isArray(before) ? [...before, value] : [value];
  }
  return fields;
}

/** Escapes for text and attributes alike; characters that XML 1.0 can't hold become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#9;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;');
}
