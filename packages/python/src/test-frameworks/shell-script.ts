import type { Detection } from '../test-framework.js';

/** A `test_script.sh` that runs a Python program at the root of the repository. */
export function shellScript(detection: Detection, framework: string, program: string): string {
  const roots = detection.sourceRoots.map((root) => (root === '.' ? '$PWD' : `$PWD/${root}`)).join(':');
  return `\
#!/bin/bash
# Runs the tests of this repository with ${framework}; the output ends with a line of JSON for each test.
export PYTHONPATH="${roots}\${PYTHONPATH:+:$PYTHONPATH}"
exec python3 -c ${quote(program)}
`;
}

/** A constant of a Python program: a list of texts. JSON's texts are Python's, with ASCII signs alone. */
export function pythonList(name: string, texts: readonly string[]): string {
  const items = texts.map((text) => `    ${pythonString(text)},\n`).join('');
  return `${name} = [\n${items}]\n`;
}

function pythonString(text: string): string {
  const escaped = [...text].map((sign) => {
    const code = sign.codePointAt(0)!;
    return code < 0x80 ? JSON.stringify(sign).slice(1, -1) : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
