import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepError } from './run-step.mjs';

const OLDEST_PYTHON = [3, 9];

/** Throws StepError where Node is older than package.json's `engines` asks for (`>=MAJOR.MINOR`). */
export function requireNode(root) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = /^>=(\d+)\.(\d+)/.exec(engines.node).slice(1).map(Number);
  if (isOlder(process.versions.node.split('.').map(Number), wanted)) {
    throw new StepError(
      `Expected Node ${wanted.join('.')} or newer, got ${process.versions.node}; see https://nodejs.org/.`,
    );
  }
}

/** Throws StepError where there is no python3 or an old one: the example and its suite are Python. */
export function requirePython() {
  const found = spawnSync('python3', ['-c', 'import sys; print(*sys.version_info[:2])'], { encoding: 'utf8' });
  const wanted = OLDEST_PYTHON.join('.');
  if (found.error || found.status !== 0) {
    throw new StepError(`Expected a python3 (${wanted} or newer) on the PATH, found none that runs; install python3.`);
  }
  const version = found.stdout.trim().split(' ').map(Number);
  if (isOlder(version, OLDEST_PYTHON))
    throw new StepError(`Expected python3 ${wanted} or newer, got ${version.join('.')}.`);
}

function isOlder([major, minor], [wantedMajor, wantedMinor]) {
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}
