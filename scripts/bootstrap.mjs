// What `npm start`, `npm test` and a fresh clone stand on: installs, builds, then runs one command. No dependencies.
//   node scripts/bootstrap.mjs start|test|build [arguments of `swe-selfplay play` or of `vitest run`]
// stdout belongs to the command; everything said here goes to stderr.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installDependencies } from './install-dependencies.mjs';
import { prepareExample } from './prepare-example.mjs';
import { requireNode, requirePython } from './required-programs.mjs';
import { runStep, StepError } from './run-step.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const commands = {
  async start(args) {
    requirePython();
    await installAndBuild();
    const defaults = {
      '--repo': async () => prepareExample(root),
      '--rounds': async () => '1',
      '--group': async () => '8',
      '--strategy': async () => 'mutation',
      '--seed': async () => '1',
      '--out': async () => join(root, '.swe-selfplay', 'runs', newRunName()),
    };
    const chosen = [];
    for (const [option, value] of Object.entries(defaults)) {
      const isGiven = args.some((arg) => arg === option || arg.startsWith(`${option}=`));
      if (!isGiven) chosen.push(option, await value());
    }
    await become(join(root, 'packages/swe-selfplay/bin/swe-selfplay.js'), ['play', ...chosen, ...args]);
  },
  async test(args) {
    requirePython();
    await installAndBuild();
    process.chdir(root);
    await become(join(root, 'node_modules/vitest/vitest.mjs'), ['run', ...args]);
  },
  async build() {
    await installAndBuild();
  },
};

async function installAndBuild() {
  await installDependencies(root);
  // The shell script in node_modules/.bin needs more programs than Node.
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await runStep('Building', process.execPath, [compiler, '-b'], { cwd: root, isOutputShown: true });
}

// The program runs in this process and not in a child: signals, the terminal and the exit code are its own.
async function become(program, args) {
  process.argv = [process.argv[0], program, ...args];
  await import(pathToFileURL(program).href);
}

function newRunName() {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return `${time}-${process.pid}`;
}

try {
  requireNode(root);
  const [name, ...args] = process.argv.slice(2);
  if (!Object.hasOwn(commands, name ?? '')) {
    throw new StepError(`Expected one of ${Object.keys(commands).join(', ')}, got ${name ?? 'nothing'}.`, 2);
  }
  await commands[name](args);
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = error.exitCode;
}
