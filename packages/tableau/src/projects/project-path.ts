import { TableauError } from '../errors.ts';

/**
 * Splits `Finance/Sales` into the names of its steps; `\/` is a slash inside a name, `\\` a backslash.
 * @throws {TableauError} TABLEAU_PROJECT_UNKNOWN for a path with an empty step
 */
export function splitProjectPath(path: string): string[] {
  const steps = [''];
  for (let index = 0; index < path.length; index += 1) {
    const character = path.charAt(index);
    const next = path.charAt(index + 1);
    if (character === '\\' && (next === '/' || next === '\\')) {
      steps[steps.length - 1] += next;
      index += 1;
    } else if (character === '/') steps.push('');
    else steps[steps.length - 1] += character;
  }
  if (steps.some((step) => step.trim() === '')) {
    throw new TableauError('TABLEAU_PROJECT_UNKNOWN', `project path "${path}" has an empty step`);
  }
  return steps;
}

/** The reverse of `splitProjectPath`. */
export function joinProjectPath(steps: readonly string[]): string {
  return steps.map((step) => step.replaceAll('\\', '\\\\').replaceAll('/', '\\/')).join('/');
}

/** Names are compared without case, in composed form, and with the blanks around them cut off. */
export function foldName(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}
