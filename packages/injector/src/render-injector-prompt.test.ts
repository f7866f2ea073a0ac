import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPatch, createSnapshot, memoryBase, parseArtifact, parsePatch } from '@swe-selfplay/artifact';
import { GUARD_RULES } from '@swe-selfplay/evaluation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXAMPLE_PROJECT, examplesIn } from '../test-support/prompt-example.js';
import { openWorkbench } from '../test-support/small-library.js';
import { DEFAULT_CHECKS } from './default-checks.js';
import { INJECTOR_PROMPTS, readDefaultPrompts, readInjectorPrompts } from './injector-prompts.js';
import { type InjectorPromptSubject, renderInjectorPrompt } from './render-injector-prompt.js';
import { validateArtifact } from './validate-artifact.js';
import { DEFAULT_RULES } from './validation-rules.js';

const PROMPTS = readDefaultPrompts();
const file = { mode: '100644' as const, content: Buffer.from('a\n') };
const original = createSnapshot(memoryBase({ 'shop/a.py': file, 'pyproject.toml': file, 'tests/conftest.py': file }));
const SUBJECT: InjectorPromptSubject = {
  strategy: 'direct',
  git: 'history',
  rules: DEFAULT_RULES,
  maxChecks: 10,
  original,
};
const STRATEGIES = ['direct', 'removal', 'history'] as const;

const userText = (subject: Partial<InjectorPromptSubject>, prompts = PROMPTS) =>
  renderInjectorPrompt({ ...SUBJECT, ...subject }, prompts)[1]!.text;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'prompts-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each(STRATEGIES)('%s: states every check, every number of the rules and all five files', (strategy) => {
  const rules = {
    ...DEFAULT_RULES,
    minPassingTests: 1013,
    minChangedFiles: 1019,
    minFailingTests: 1021,
    repeats: 1031,
    maxFlakyShare: 0.125,
    timeoutMs: 1_033_500,
  };
  const text = userText({ strategy, rules, maxChecks: 1039 });
  for (const { id } of DEFAULT_CHECKS) expect(text).toContain(`\`${id}\``);
  for (const number of ['1013 or more tests', '1019 or more files', '1021 or more', '1031 times', '12.5 %', '1033.5 s'])
    expect(text).toContain(number);
  expect(text).toContain('use it 1039 times');
  for (const name of ['test_script.sh', 'test_parser.py', 'test_files.txt', 'bug_inject.diff', 'test_weaken.diff'])
    expect(text).toContain(`**${name}**`);
  expect(text).not.toMatch(/\{\{|\}\}|undefined|NaN/);
});

test('the five examples are a valid artifact of the project that they are of', async () => {
  const workbench = await openWorkbench(EXAMPLE_PROJECT);
  try {
    const reading = parseArtifact(examplesIn(userText({})));
    const rules = { minPassingTests: 6 };
    const report = await validateArtifact(reading, workbench.environment, { runner: workbench.runner, rules });
    expect(report.checks.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(report.failToPass).toEqual(['tests/test_tax.py::test_no_tax']);
    expect(report.passToPass).toHaveLength(5);
  } finally {
    await workbench.close();
  }
});

test('other numbers are not left over: the prompt changes with each rule', () => {
  const texts = (Object.keys(DEFAULT_RULES) as (keyof typeof DEFAULT_RULES)[]).map((rule) =>
    userText({ rules: { ...DEFAULT_RULES, [rule]: Number(DEFAULT_RULES[rule]) + 0.5 } }),
  );
  expect(new Set([userText({}), ...texts]).size).toBe(7);
});

test.each(STRATEGIES)('%s: names no format of calls and no tool of a set', (strategy) => {
  expect(userText({ strategy })).not.toMatch(/<tool|<function|bash tool|edit tool|submit tool|tool call|json schema/i);
});

test('history is spoken of only where it is', () => {
  expect(userText({ git: 'history' })).toContain('git log');
  for (const strategy of ['direct', 'removal'] as const) {
    expect(userText({ strategy, git: 'commit' })).not.toMatch(/git (log|show)|all commits/);
    expect(userText({ strategy, git: 'none' })).not.toMatch(/git (log|show|stash|apply|add)|commit/);
  }
});

test('the check tool is spoken of only where it is', () => {
  expect(userText({ maxChecks: 0 })).not.toMatch(/`check`|check tool/);
  expect(userText({ maxChecks: 0 })).not.toMatch(/\n{3}/);
});

test('diffs written without git, as the prompt says, are read as git would have written them', async () => {
  const [changed, ...others] = userText({ git: 'none' }).match(/(?<=```bash\n)echo 'diff [\s\S]*?(?=```)/g)!;
  const [added, deleted] = others[0]!.split('\n\n');
  const script = `mkdir original now; printf 'one\\ntwo\\n' | tee original/a.txt > original/old.txt; echo one > now/a.txt
    echo new > now/new.txt; cd now; HOME=..
    ${changed!.replaceAll('PATH', 'a.txt')}\n${added!.replaceAll('PATH', 'new.txt')}\n${deleted!.replaceAll('PATH', 'old.txt')}`;
  const { stdout } = spawnSync('bash', ['-c', script], { cwd: mkdtempSync(join(directory, 'diffs-')) });
  const text = (lines: string) => ({ mode: '100644' as const, content: new TextEncoder().encode(lines) });
  const before = createSnapshot(memoryBase({ 'a.txt': text('one\ntwo\n'), 'old.txt': text('one\ntwo\n') }));
  const parse = parsePatch(stdout);
  if (parse.status === 'refused') throw new Error(parse.reason);
  expect(await applyPatch(before, parse.patch)).toMatchObject({
    status: 'applied',
    snapshot: {
      changes: new Map([
        ['a.txt', text('one\n')],
        ['new.txt', text('new\n')],
        ['old.txt', null],
      ]),
    },
  });
});

test('the guarded files of the repository are named by the rules in force', () => {
  expect(userText({})).toContain('In this repository these are: pyproject.toml, tests/conftest.py.');
  const own = [...GUARD_RULES, { ecosystem: 'own', isGuarded: (path: string) => path === 'shop/a.py' }];
  expect(userText({ guardRules: own })).toContain('pyproject.toml, shop/a.py, tests/conftest.py.');
  expect(userText({ guardRules: [] })).toContain('This repository has none of them now.');
});

test('equal subjects give equal prompts', () => {
  expect(renderInjectorPrompt({ ...SUBJECT }, readDefaultPrompts())).toEqual(renderInjectorPrompt(SUBJECT, PROMPTS));
});

test('prompts of a directory take the place of ours, and may use what ours use', () => {
  writeFileSync(join(directory, 'direct.md'), '{{rules}}\n\n{{check}}\n\nOnly {{minPassingTests}}.\n');
  writeFileSync(join(directory, 'rules.md'), 'No rules.\n');
  writeFileSync(join(directory, 'notes.txt'), 'not a prompt');
  const own = readInjectorPrompts(directory);
  expect(Object.keys(own).sort()).toEqual(['direct', 'rules']);
  expect(userText({ maxChecks: 0 }, { ...PROMPTS, ...own })).toBe('No rules.\n\nOnly 10.');
});

test('a wrong name and a wrong placeholder are named', () => {
  writeFileSync(join(directory, 'remove.md'), 'x');
  expect(() => readInjectorPrompts(directory)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  expect(() => readInjectorPrompts(directory)).toThrow(/got remove\./);
  expect(() => readInjectorPrompts(join(directory, 'none'))).toThrow(/Expected a directory of prompts/);
  expect(() => userText({}, { ...PROMPTS, rules: '{{minPassingTest}}' })).toThrow(/got \{\{minPassingTest\}\}/);
});

test('each prompt of the package is used', () => {
  expect(Object.keys(PROMPTS).sort()).toEqual([...INJECTOR_PROMPTS].sort());
  const all = STRATEGIES.flatMap((strategy) =>
    (['history', 'commit', 'none'] as const).map((git) => renderInjectorPrompt({ ...SUBJECT, strategy, git }, PROMPTS)),
  );
  for (const [name, text] of Object.entries(PROMPTS)) {
    const marked = { ...PROMPTS, [name]: `${text} MARK` };
    const rendered = STRATEGIES.flatMap((strategy) =>
      (['history', 'commit', 'none'] as const).map((git) =>
        renderInjectorPrompt({ ...SUBJECT, strategy, git }, marked),
      ),
    );
    expect(rendered).not.toEqual(all);
  }
});
