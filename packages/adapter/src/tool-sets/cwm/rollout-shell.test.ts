import { createSandboxProvider, type Sandbox, SandboxError, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { AnyTool } from '../../tool.js';
import { createCwmToolSet } from '../cwm.js';
import { createRolloutShell } from './rollout-shell.js';

let provider: SandboxProvider;
let sandbox: Sandbox;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  sandbox = await provider.open({ base: undefined, changes: new Map() });
});
afterAll(() => provider.close());

/** The sandbox, but the first commands beside the session fail, as where its processes have used up what there is. */
function failing(times: number, error: SandboxError): Sandbox {
  let left = times;
  return {
    ...{ workdir: sandbox.workdir, harnessDir: sandbox.harnessDir },
    start: (command, onOutput) => sandbox.start(command, onOutput),
    readFile: (path) => sandbox.readFile(path),
    writeFile: (path, content) => sandbox.writeFile(path, content),
    changedFiles: () => sandbox.changedFiles(),
    close: () => sandbox.close(),
    async run(command) {
      left -= 1;
      if (left >= 0) throw error;
      return sandbox.run(command);
    },
  };
}

const signal = new AbortController().signal;
const FAILED = new SandboxError('sandbox-failed', 'No more processes.');
const COMMAND = { argv: ['sh', '-c', 'exit 3'] };

test('ends the session where a command beside it failed, tries again, and says so to the next command', async () => {
  const shell = createRolloutShell();
  const place = { sandbox: failing(1, FAILED), signal };
  expect(await shell.execute('kept=1; sleep 100 &', place)).toMatchObject({ status: 'done' });
  expect(await shell.run(COMMAND, place)).toMatchObject({ ending: 'exited', exitCode: 3 });
  expect(await shell.execute('echo $kept', place)).toEqual({ status: 'died', cause: 'unexpected', output: '' });
  expect(await shell.execute('echo $kept on', place)).toEqual({ status: 'done', exitCode: 0, output: 'on' });
  await shell.close();
});

test('a sandbox that fails again, without a session or in another way has failed', async () => {
  const shell = createRolloutShell();
  await expect(shell.run(COMMAND, { sandbox: failing(1, FAILED), signal })).rejects.toBe(FAILED);
  const twice = { sandbox: failing(2, FAILED), signal };
  await shell.execute('true', twice);
  await expect(shell.run(COMMAND, twice)).rejects.toBe(FAILED);
  const closed = new SandboxError('sandbox-closed', 'Closed.');
  const other = { sandbox: failing(1, closed), signal };
  await shell.execute('true', other);
  await shell.execute('true', other);
  await expect(shell.run(COMMAND, other)).rejects.toBe(closed);
  expect(await shell.execute('echo on', other)).toMatchObject({ output: 'on' });
  await shell.close();
});

test('the tools of a role run their commands beside the session as the others do', async () => {
  const probe: AnyTool = {
    name: 'probe',
    description: 'Runs a command of its own.',
    input: z.strictObject({}),
    async execute(_, place) {
      const { exitCode } = await place.sandbox.run(COMMAND);
      return { status: 'replied', text: `exit code ${exitCode}` };
    },
  };
  const tools = createCwmToolSet().createTools({ submission: { kind: 'patch' }, extra: [probe] });
  const use = (name: string, input: unknown) => tools.find((tool) => tool.name === name)!.execute(input, place);
  const place = { sandbox: failing(1, FAILED), signal };
  await use('bash', { command: 'sleep 100 &' });
  expect(await use('probe', {})).toEqual({ status: 'replied', text: 'exit code 3' });
  expect(await use('bash', { command: 'echo on' })).toMatchObject({ text: expect.stringContaining('terminated') });
  await Promise.all(tools.map((tool) => tool.close?.()));
});
