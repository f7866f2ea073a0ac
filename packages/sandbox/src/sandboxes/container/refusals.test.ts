import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContainerProvider } from './container-provider.js';
import { findEngine } from './engine-address.js';
import { describeHidden } from './hidden-paths.js';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-container-'));
const host = join(directory, 'engine');

/** What an engine says of images; everything else it refuses. */
const IMAGES: Record<string, object> = {
  rooted: { WorkingDir: '/' },
  system: { WorkingDir: '/usr/lib/code' },
  inside: { WorkingDir: '/app', Env: ['PATH=/app/.venv/bin:/usr/bin'] },
};
let server: Server;

beforeAll(async () => {
  server = createServer((request, answer) => {
    const image = /^\/images\/(\w+)\/json/.exec(request.url ?? '')?.[1];
    const known = image === undefined ? undefined : IMAGES[image];
    const plain: Record<string, unknown> = {
      '/_ping': 'OK',
      '/info': { OSType: 'linux', ServerVersion: '1' },
      '/containers/json': [],
      '/volumes': { Volumes: null },
    };
    const found = known ? { Id: 'sha256:1', Config: known } : plain[(request.url ?? '').replace(/\?.*/, '')];
    answer.writeHead(found === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
    answer.end(JSON.stringify(found ?? { message: 'no such thing' }));
  }).listen(host);
  await new Promise((resolve) => server.once('listening', resolve));
});

afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a provider of containers is refused', () => {
  test('where no engine listens', async () => {
    const nowhere = join(directory, 'nothing');
    await expect(createContainerProvider({ image: 'x', host: nowhere })).rejects.toMatchObject({
      code: 'isolation-unavailable',
      message: expect.stringContaining(nowhere),
    });
  });

  test('where the engine has no such image', async () => {
    await expect(createContainerProvider({ image: 'missing', host })).rejects.toMatchObject({
      code: 'isolation-unavailable',
      message: expect.stringMatching(/no image "missing".*nothing is pulled/),
    });
  });

  test.each([
    ['rooted', undefined, /working directory "\/"/],
    ['system', undefined, /working directory "\/usr\/lib\/code"/],
    ['rooted', 'relative', /work dir "relative"/],
    ['rooted', '/a/../b', /work dir/],
    ['rooted', '/tmp', /work dir/],
    ['rooted', '/home', /work dir/],
    ['rooted', '/a:b', /work dir/],
    ['inside', undefined, /\/app\/\.venv\/bin, within the work dir \/app/],
  ])('where the image %j with the work dir %j leaves no place for a workspace', async (image, workdir, message) => {
    const options = { image, host, ...(workdir === undefined ? {} : { workdir }) };
    await expect(createContainerProvider(options)).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(message),
    });
  });

  test('where the engine refuses what isolation needs', async () => {
    await expect(createContainerProvider({ image: 'rooted', host, workdir: '/code' })).rejects.toMatchObject({
      name: 'SandboxError',
    });
  });
});

test.each([
  ['unix:///run/x.sock', { socketPath: '/run/x.sock' }],
  ['/run/x.sock', { socketPath: '/run/x.sock' }],
  ['tcp://127.0.0.1:2375', { host: '127.0.0.1', port: 2375 }],
  ['tcp://[::1]:2375', { host: '::1', port: 2375 }],
])('finds an engine at %s', (address, target) => {
  expect(findEngine(address).target).toEqual(target);
});

test.each(['ssh://somewhere', 'x', 'tcp://host', 'npipe:////./pipe/docker'])('refuses the address %j', (address) => {
  expect(() => findEngine(address)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
});

test('puts what is to be hidden in one order', () => {
  expect(describeHidden(['/b/', '/a', '/b'], '/testbed')).toEqual(['/a', '/b']);
  for (const path of ['relative', '/', '/testbed', '/testbed/x', '/usr', '/a\0']) {
    expect(() => describeHidden([path], '/testbed'), path).toThrow(
      expect.objectContaining({ code: 'invalid-request' }),
    );
  }
});
