import { expect, test } from 'vitest';
import { findLinkProblem } from './link-target.js';

test.each([
  ['l', 'a'],
  ['l', './a/b'],
  ['l', '.'],
  ['l', '...'],
  ['d/l', '..'],
  ['d/l', '../a'],
  ['d/e/l', './../../a/b'],
  ['l', 'a:b'],
  ['l', 'with space '],
])('a link %j to %j stays inside', (path, target) => {
  expect(findLinkProblem(path, target)).toBeUndefined();
});

test.each([
  ['l', '', 'has an empty target'],
  ['l', '/etc/passwd', 'has an absolute target'],
  ['l', '\\\\host\\share', 'has an absolute target'],
  ['l', 'c:/x', 'has an absolute target'],
  ['l', '..', 'leads out of the repository'],
  ['l', './../x', 'leads out of the repository'],
  ['d/l', '../../x', 'leads out of the repository'],
  ['d/l', '..\\..\\x', 'leads out of the repository'],
  ['l', 'a/../../x', 'has ".." behind a name in its target, which may lead out of the repository'],
  ['l', 'a/../x', 'has ".." behind a name in its target, which may lead out of the repository'],
  ['l', '.git/hooks', 'leads into .git'],
  ['d/l', '../.GIT', 'leads into .git'],
  ['l', 'a\0b', 'has a NUL byte in its target'],
  ['l', 'x'.repeat(4096), 'has a target of more than 4095 bytes'],
])('a link %j to %j is refused: %s', (path, target, problem) => {
  expect(findLinkProblem(path, target)).toBe(problem);
});
