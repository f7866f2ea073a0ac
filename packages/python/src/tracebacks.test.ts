import { expect, test } from 'vitest';
import { findFrames } from './tracebacks.js';

test('finds frames of both formats in files of the repository', () => {
  const output = [
    'Traceback (most recent call last):',
    '  File "/somewhere/workspace/pkg/mod.py", line 12, in compute',
    '    return 1 / 0',
    '  File "/usr/lib/python3.11/json/decoder.py", line 3, in decode',
    'tests/test_mod.py:7: in test_compute',
    'pkg/mod.py:13: ZeroDivisionError',
  ].join('\n');
  expect(findFrames(output, ['pkg/mod.py', 'tests/test_mod.py'])).toEqual([
    { file: 'pkg/mod.py', line: 12, functionName: 'compute' },
    { file: 'tests/test_mod.py', line: 7, functionName: 'test_compute' },
    { file: 'pkg/mod.py', line: 13, functionName: '' },
  ]);
  expect(findFrames('nothing here', ['pkg/mod.py'])).toEqual([]);
});
