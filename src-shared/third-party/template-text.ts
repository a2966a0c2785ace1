import type { z } from 'zod';
import { SnapkeepError } from '../contract/errors.ts';
import { Template } from '../model/third-party/template.ts';
import { countInWords } from '../words/wording.ts';
import { JsonFault, parseJsonWithLines } from './json-with-lines.ts';

type Issue = z.core.$ZodIssue;

/** A template as a text that {@link parseTemplate} reads back. */
export function templateText(template: Template): string {
  return `${JSON.stringify(template, null, 2)}\n`;
}

/**
 * Reads a template in JSON that a person wrote.
 * @throws SnapkeepError `INVALID_PARAMS` with the line and the field of the first fault; `details.faults` has them all
 */
export function parseTemplate(text: string): Template {
  const json = readJson(text);
  const parsed = Template.safeParse(json.value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) =>
    describeIssue(issue).map(({ path, message }) => ({
      line: json.lineOf(path),
      field: fieldInWords(path),
      message,
    })),
  );
  const [first = { line: 1, field: '', message: 'Not a template.' }] = faults;
  throw refusal(first.line, first.field === '' ? first.message : `${first.field}: ${first.message}`, faults);
}

function readJson(text: string) {
  try {
    return parseJsonWithLines(text);
  } catch (error) {
    if (error instanceof JsonFault) throw refusal(error.line, error.message, []);
    throw error;
  }
}

function refusal(line: number, message: string, faults: unknown[]): SnapkeepError {
  return new SnapkeepError('INVALID_PARAMS', `Line ${line} of the template: ${message}`, {
    hint: 'Correct the line, and try again. The built-in templates show each field.',
    details: { line, faults },
  });
}

/** A path in words: `parts 1, retention, keepLast`; lists count from 1. */
function fieldInWords(path: readonly PropertyKey[]): string {
  return path.reduce<string>((words, step) => {
    if (typeof step === 'number') return `${words} ${step + 1}`;
    return words === '' ? String(step) : `${words}, ${String(step)}`;
  }, '');
}

function describeIssue(issue: Issue): Array<{ path: PropertyKey[]; message: string }> {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: 'unknown field.' }));
    case 'invalid_type':
      return [{ path, message: issue.input === undefined ? 'missing.' : `must be ${typeInWords(issue)}.` }];
    case 'invalid_value':
      return [{ path, message: `must be ${oneOf(issue.values)}.` }];
    case 'invalid_union':
      return [{ path, message: unionInWords(issue) }];
    case 'too_small':
    case 'too_big':
      return [{ path, message: sizeInWords(issue) }];
    case 'custom':
      return [{ path, message: lowerFirst(issue.message) }];
    default:
      return [{ path, message: formatInWords(issue) }];
  }
}

function typeInWords({ expected }: Extract<Issue, { code: 'invalid_type' }>): string {
  const words: Record<string, string> = {
    string: 'a text in double quotes',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list in square brackets',
    object: 'a group of fields in braces',
  };
  return words[expected] ?? expected;
}

function unionInWords(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const kinds = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  return kinds.length > 0 ? `must be ${oneOf(kinds)}.` : 'invalid value.';
}

function sizeInWords(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const limit = Number(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  const bound = issue.code === 'too_small' ? 'at least' : 'at most';
  if (issue.origin === 'string')
    return limit === 1 && issue.code === 'too_small'
      ? 'must not be empty.'
      : `must have ${bound} ${countInWords(limit, 'character')}.`;
  if (issue.origin === 'array') return `must have ${bound} ${countInWords(limit, 'entry', 'entries')}.`;
  return `must be ${bound} ${limit}.`;
}

function formatInWords(issue: Issue): string {
  if (!issue.message.startsWith('Invalid')) return lowerFirst(issue.message);
  return issue.path.at(-1) === 'time' ? 'must be a time such as 02:00.' : 'invalid value.';
}

function oneOf(values: readonly unknown[]): string {
  const [...rest] = values.map((value) => `“${String(value)}”`);
  const last = rest.pop() ?? '';
  return rest.length === 0 ? last : `${rest.join(', ')} or ${last}`;
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
