import { readFileSync } from 'node:fs';

export type PromptErrorCode =
  /** The template asks for a value that nobody gave. */
  | 'unknown-placeholder'
  /** The template leaves out what it must say. */
  | 'missing-placeholder'
  | 'unreadable';

/** A prompt that cannot be used: a fault of whoever wrote or named it. */
export class PromptError extends Error {
  override readonly name = 'PromptError';
  readonly code: PromptErrorCode;

  constructor(code: PromptErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Other double braces, as in templates of a repository's own, are text. */
const PLACEHOLDER = /\{\{ ?([A-Za-z]\w*) ?\}\}/g;
const PLACEHOLDER_LINE = /^\{\{ ?([A-Za-z]\w*) ?\}\}\n\n?/gm;

/**
 * Fills in a template: each `{{name}}` becomes the value of that name. Values are text as they are, never templates.
 * A line that holds nothing but a placeholder goes where its value is empty, together with the blank line after it.
 * Throws PromptError `unknown-placeholder` for a name without a value, `missing-placeholder` where the template does
 * not use one of `required`.
 */
export function renderPrompt(
  template: string,
  values: Readonly<Record<string, string | number>>,
  { required = [] }: { readonly required?: readonly string[] } = {},
): string {
  const used = new Set<string>();
  for (const [, name = ''] of template.matchAll(PLACEHOLDER)) {
    used.add(name);
    if (Object.hasOwn(values, name)) continue;
    const offered = Object.keys(values).join(', ') || 'none';
    throw new PromptError(
      'unknown-placeholder',
      `Expected placeholders of the prompt that have a value (${offered}), got {{${name}}}.`,
    );
  }
  for (const name of required) {
    if (used.has(name)) continue;
    throw new PromptError('missing-placeholder', `Expected the prompt to use {{${name}}}, it does not.`);
  }
  return template
    .replace(PLACEHOLDER_LINE, (line, name: string) => (values[name] === '' ? '' : line))
    .replace(PLACEHOLDER, (_, name: string) => String(values[name]));
}

/** Reads a prompt in UTF-8. Throws PromptError `unreadable`. */
export function readPrompt(file: string | URL): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PromptError('unreadable', `Expected a prompt in UTF-8 at ${file}: ${reason}.`, { cause: error });
  }
}
