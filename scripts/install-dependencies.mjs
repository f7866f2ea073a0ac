import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './run-step.mjs';

const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|META_FETCH_FAIL|network request/;

/**
 * Installs what the lockfile says with the pnpm that package.json pins, unless that is done already: a stamp in
 * node_modules holds the digest of the lockfile and the manifests. Throws StepError.
 */
export async function installDependencies(root) {
  const stamp = join(root, 'node_modules', '.swe-selfplay-installed');
  const digest = digestManifests(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest && hasAllFolders(root)) return;
  rmSync(stamp, { force: true });
  const version = pinnedVersion(root);
  const env = installEnvironment();
  const [program, ...first] = isInstalled(version, root, env) ? ['pnpm'] : ['npx', '--yes', `pnpm@${version}`];
  console.error(`Installing dependencies with pnpm ${version} ...`);
  const args = [...first, 'install', '--frozen-lockfile', '--reporter=append-only'];
  await runStep('Installing dependencies', program, args, { cwd: root, env, explain: explainFailure });
  writeFileSync(stamp, digest);
}

function digestManifests(root) {
  const hash = createHash('sha256').update(`${process.versions.modules} ${process.platform} ${process.arch}\0`);
  const manifests = packageFolders(root).map((folder) => join(folder, 'package.json'));
  for (const path of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

function packageFolders(root) {
  const names = readdirSync(join(root, 'packages')).sort();
  return names.map((name) => join('packages', name)).filter((folder) => existsSync(join(root, folder, 'package.json')));
}

// Deleting one package's node_modules by hand leaves the stamp behind.
function hasAllFolders(root) {
  return packageFolders(root).every((folder) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    );
    const names = Object.keys({ ...dependencies, ...devDependencies });
    return names.every((name) => existsSync(join(root, folder, 'node_modules', name)));
  });
}

function pinnedVersion(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return /^pnpm@(\d+\.\d+\.\d+)/.exec(packageManager)[1];
}

function isInstalled(version, root, env) {
  const found = spawnSync('pnpm', ['--version'], { cwd: root, env, encoding: 'utf8', timeout: 20_000 });
  return found.status === 0 && found.stdout.trim() === version;
}

function installEnvironment() {
  const env = {
    ...process.env,
    // Questions cannot be answered here; with CI set pnpm asks none.
    CI: 'true',
    COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
    // The defaults wait 10 s and then 60 s, in silence, before saying that there is no network.
    npm_config_fetch_retry_mintimeout: '2000',
    npm_config_fetch_retry_maxtimeout: '10000',
  };
  // `production` would leave out the compiler and the test runner.
  delete env.NODE_ENV;
  return env;
}

function explainFailure(output) {
  if (/ERR_PNPM_OUTDATED_LOCKFILE/.test(output)) {
    return 'A package.json and pnpm-lock.yaml disagree; run `pnpm install` and commit the lockfile.';
  }
  const cause = output.split('\n').find((line) => UNREACHABLE.test(line));
  if (cause === undefined) return undefined;
  return (
    'The package registry could not be reached; check the network and the proxy settings ' +
    `(\`npm config get registry\` names it).\n${cause.trim().replace(/ Will retry.*/, '')}`
  );
}
