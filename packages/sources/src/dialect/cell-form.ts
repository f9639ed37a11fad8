/** What a cell looks like, for telling headers from data and good delimiters from bad: never a decision about types. */
export type CellForm = 'empty' | 'number' | 'date' | 'time' | 'boolean' | 'link' | 'code' | 'text' | 'odd';

const NUMBER =
  /^[-+(]?\s?(?:[$€£¥]|USD|EUR|CHF|GBP)?\s?[-+]?(?:\d{1,3}(?:[.,' \u00A0]\d{3})+|\d+)?(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s?(?:%|[$€£¥]|USD|EUR|CHF|GBP)?\)?$/;
const DATE =
  /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[ -](?:[A-Za-zéûä]{3,9})\.?[ -]\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const TIME = /^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?$/;
const BOOLEAN = /^(?:true|false|yes|no|ja|nein|oui|non|si|sí|y|n|t|f)$/i;
const LINK =
  /^(?:https?:\/\/\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const CODE = /^(?=.*\d)[\p{L}\d]+(?:[-_.:/][\p{L}\d]+)*$/u;

export function cellForm(cell: string | null): CellForm {
  const text = (cell ?? '').trim();
  if (text === '') return 'empty';
  if (text.length > 200) return /[\t|;]/.test(text) ? 'odd' : 'text';
  if (/\d/.test(text)) {
    if (NUMBER.test(text)) return 'number';
    if (DATE.test(text)) return 'date';
    if (TIME.test(text)) return 'time';
    if (LINK.test(text)) return 'link';
    if (CODE.test(text)) return 'code';
  }
  if (BOOLEAN.test(text)) return 'boolean';
  if (LINK.test(text)) return 'link';
  return /[\t|;]|^["']|["']$/.test(text) ? 'odd' : 'text';
}

/** Values, as opposed to words: what no header has. */
export function isValueForm(form: CellForm): boolean {
  return (
    form === 'number' || form === 'date' || form === 'time' || form === 'boolean' || form === 'link' || form === 'code'
  );
}
