import { XMLParser } from 'fast-xml-parser';

/** Attributes of an element; undefined ones are left out. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** One XML element as text; children are elements made by this function. */
export function xmlElement(name: string, attributes: Attributes = {}, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`)
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

/** The request envelope of the REST API. */
export function tsRequest(...children: readonly string[]): string {
  return xmlElement('tsRequest', {}, ...children);
}

function escapeAttribute(text: string): string {
  // Characters outside XML 1.0 cannot be written at all; line breaks would be normalized to blanks if left as they are.
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseAttributeValue: false,
  parseTagValue: false,
  htmlEntities: true,
  textNodeName: 'value',
});

/** Reads an XML reply into the shape that the JSON form of the same reply has; undefined when it is not one. */
export function readXmlReply(text: string): Record<string, unknown> | undefined {
  if (/<!doctype/i.test(text.slice(0, 1000))) return undefined;
  try {
    const root: unknown = (parser.parse(text) as Record<string, unknown>)['tsResponse'];
    if (root === '') return {};
    return typeof root === 'object' && root !== null ? (root as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
