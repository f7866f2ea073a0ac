import { createScriptedPolicy, createSweAgentToolSet, runRollout, type ToolSet } from '@swe-selfplay/adapter';
import { createSandboxProvider, type Sandbox, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSkyRlToolSet } from './skyrl-tool-set.js';

let provider: SandboxProvider;
let sandbox: Sandbox;

beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  const changes = new Map([
    ['a.py', { mode: '100644' as const, content: Buffer.from('def double(x):\n    return x\n') }],
  ]);
  sandbox = await provider.open({ base: undefined, changes });
});
afterAll(() => provider.close());

const SEARCH = { tool: 'search', input: { search_terms: ['double'] } };
const EDIT = { tool: 'edit', input: { path: 'a.py', search: '    return x', replace: '    return 2 * x' } };

async function play(toolSet: ToolSet, calls: readonly { readonly tool: string; readonly input: unknown }[]) {
  const { end, messages } = await runRollout({
    id: 'one',
    sandbox,
    toolSet,
    role: { submission: { kind: 'patch' }, extra: [] },
    prompt: [{ role: 'user', text: 'Go.' }],
    policy: createScriptedPolicy(calls.map((call) => ({ toolCalls: [call] }))),
    maxTurns: 10,
  });
  return { end, replies: messages.flatMap((message) => (message.role === 'tool' ? [message.text] : [])) };
}

test('a policy searches, edits what it finds, sees the change and hands in once, with hints all along', async () => {
  const submit = { tool: 'submit', input: 'anything' };
  const toolSet = createSkyRlToolSet({ hints: { minSteps: 4 } });
  expect(toolSet.name).toBe('skyrl');
  const again = { tool: 'search', input: { line_nums: [2], file_path_or_pattern: 'a.py' } };
  const run = { tool: 'bash', input: 'python3 -c "import a; print(a.double(4))"' };
  const { end, replies } = await play(toolSet, [SEARCH, submit, EDIT, again, run, submit]);
  expect(replies[0]).toMatch(/Found function `a.py:double` \(lines 1-2\).*\n\nSteps remaining: 9\.$/s);
  expect(replies[1]).toContain('It is too early to hand in');
  expect(replies[3]).toContain('2 |     return 2 * x');
  expect(replies[4]).toContain('8\n');
  expect(replies.join('\n')).not.toContain('<budget>');
  expect(end.status).toBe('submitted');
});

test('stands beside other tools', async () => {
  const toolSet = createSkyRlToolSet({ tools: createSweAgentToolSet(), search: { name: 'search_code' } });
  const names = toolSet.createTools({ submission: { kind: 'patch' }, extra: [] }).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['open', 'search_dir', 'search_code', 'bash', 'submit']));
  const { replies } = await play(toolSet, [{ ...SEARCH, tool: 'search_code' }]);
  expect(replies[0]).toContain('Found function `a.py:double`');
});
