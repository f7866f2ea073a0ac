import { expect, test } from 'vitest';
import { type CommitRecord, isMidTrainingCommit } from './mid-training-filter.js';
import { filterPullRequest, type PullRequestRecord } from './pull-request-filter.js';

const files = (...paths: string[]) => paths.map((path) => ({ path, change: 'modified' as const }));
const commit: CommitRecord = { stars: 5, files: files('a.py', 'README.md'), searchReplaceBlocks: 5 };

test.each<[string, Partial<CommitRecord>, boolean, boolean]>([
  ['a small change', {}, true, true],
  ['few stars', { stars: 4 }, false, false],
  ['unknown stars', { stars: Number.NaN }, false, false],
  ['three files', { files: files('a.py', 'b.py', 'c.py') }, true, true],
  ['four files', { files: files('a.py', 'b.py', 'c.py', 'd.py') }, false, true],
  ['six files', { files: files('a.py', 'b.py', 'c.py', 'd.py', 'e.py', 'f.py') }, false, false],
  ['six blocks', { searchReplaceBlocks: 6 }, false, true],
  ['no Python', { files: files('a.md') }, false, false],
  ['another language', { files: files('a.py', 'b.c') }, false, false],
  ['a new file', { files: [...files('a.py'), { path: 'b.py', change: 'added' }] }, false, false],
  ['a deleted file', { files: [...files('a.py'), { path: 'b.md', change: 'deleted' }] }, false, false],
])('mid-training and %s', (_title, change, asDiff, asPack) => {
  expect(isMidTrainingCommit({ ...commit, ...change }, 'diff')).toBe(asDiff);
  expect(isMidTrainingCommit({ ...commit, ...change }, 'commit-pack')).toBe(asPack);
});

const request: PullRequestRecord = {
  title: 'Fix rounding',
  description: 'Fixes the issue.',
  author: 'ada',
  isMerged: true,
  hunks: [{ path: 'shop/money.py', removed: ['return a'], added: ['return b'] }],
  linkedIssues: [{ asksForFix: true }],
};
const version = { path: 'setup.cfg', removed: ['version = 1.2.3'], added: ['version = 1.2.4'] };

test.each<[string, Partial<PullRequestRecord>, string]>([
  ['a fix', {}, 'kept'],
  ['a fix that raises the version', { hunks: [...request.hunks, version] }, 'kept'],
  ['an open one', { isMerged: false }, 'not-merged'],
  ['a bot', { author: 'helper[bot]' }, 'bot'],
  ['a title of a bot', { title: 'Bump left-pad from 1.0 to 1.1' }, 'bot'],
  ['a description of a bot', { description: 'Configured by Renovate.' }, 'bot'],
  ['no change', { hunks: [{ path: 'a.py', removed: [], added: [] }] }, 'empty'],
  ['a huge change', { hunks: [{ path: 'a.py', removed: [], added: Array(10_001).fill('x') }] }, 'huge'],
  ['versions alone', { hunks: [version, { path: 'poetry.lock', removed: ['a'], added: ['b'] }] }, 'noise'],
  ['no issue', { linkedIssues: [] }, 'no-issue'],
  ['an issue that wants a feature', { linkedIssues: [{ asksForFix: false }] }, 'no-fix'],
  ['words alone', { hunks: [{ path: 'docs/a.md', removed: ['a'], added: ['b'] }] }, 'no-code'],
])('pull requests and %s', (_title, change, expected) => {
  const verdict = filterPullRequest({ ...request, ...change });
  expect(verdict.status === 'kept' ? 'kept' : verdict.rule).toBe(expected);
});
