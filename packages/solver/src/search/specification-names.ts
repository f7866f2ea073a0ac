import type { Patch } from '@swe-selfplay/artifact';
import { usedNames } from './code-function.js';

/** Names that the lines added by the specification call or read as attributes. */
export function specificationNames(specification: Patch): Set<string> {
  const names = new Set<string>();
  for (const { content } of specification.files) {
    if (content.kind !== 'text') continue;
    for (const line of content.hunks.flatMap(({ lines }) => lines)) {
      // Lines are latin1 strings of UTF-8 text.
      const text = Buffer.from(line.text, 'latin1').toString('utf8');
      if (line.kind === 'added') for (const name of usedNames(text)) names.add(name);
    }
  }
  return names;
}
