import assert from 'node:assert/strict';
import { type SandboxProvider, type TreeFile, withSandbox } from '../sandbox.js';
import { aFile, aTree, type ConformanceCase, describe, isolated } from './conformance-case.js';

const DIRECTORIES = ['', 'a/', 'm/', 'm/deep/'];
const PATHS = DIRECTORIES.flatMap((directory) =>
  Array.from({ length: 16 }, (_, index) => `${directory}f${10 + index}`),
);
const MERGED = new Map(PATHS.map((path) => [path, aFile(`${path}\n`)]));
/** Every other file; of these some are new, and some were links or executable. */
const CHANGED = new Map([...MERGED].filter((_, index) => index % 2 === 1));
const BASE = new Map(
  [...MERGED, ['gone/file', aFile('x')] as const].flatMap(([path, file], index): [string, TreeFile][] => {
    if (!CHANGED.has(path)) return [[path, file]];
    const kind = (['plain', 'executable', 'link'] as const)[index % 3]!;
    return index % 8 === 1 ? [] : [[path, aFile('before', kind)]];
  }),
);
const SPLIT = { base: aTree(Object.fromEntries(BASE)), changes: new Map([...CHANGED, ['gone/file', null] as const]) };
const WHOLE = { base: aTree(Object.fromEntries(MERGED)), changes: new Map<string, TreeFile>() };

const FIELDS = ['device', 'owner', 'group', 'links', 'mode', 'blocks', 'inode', 'birth', 'atime', 'mtime', 'ctime'];
const STAT = "stat --printf '%d %u %g %h %a %b %i %W %.9X %.9Y %.9Z %n\\n' --";
const EXTENDED =
  'import os\nprint([os.listxattr(os.path.join(at, name)) for at, ds, fs in os.walk(".") for name in ds + fs if os.listxattr(os.path.join(at, name))])';
/** Without the spaces that line columns up, the widths of which tell of lines that are left out. */
const SURROUNDINGS = `cut -d ' ' -f 4- /proc/self/mountinfo; cat /proc/mounts
  df -P -i | grep -v ^/dev | tr -s ' '; df -P | grep -v ^/dev | tr -s ' '
  cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ >/tmp/processes
  tr '\\0' '\\n' </tmp/processes; ls -lan --time-style=+ / /harness | grep -v ' proc$' | tr -s ' '`;
/** Of a standard normal: one in a thousand by chance, where the order of files is by chance at all. */
const MAX_DEVIATION = 3.3;

export const uniformCases: readonly ConformanceCase[] = [
  {
    title: 'shows no difference between base and changes where they are to be uniform',
    isolationOnly: false,
    async run(provider) {
      const fields = await listFields(provider, true);
      for (const name of ['device', 'owner', 'group', 'links', 'mode', 'blocks', 'mtime']) {
        assert.equal(new Set(fields.get(name)!.values()).size, 1, `one ${name} for all files`);
      }
      for (const [name, values] of fields) {
        const deviation = deviationOfChanged(values);
        assert.ok(Math.abs(deviation) < MAX_DEVIATION, `${name} tells what was changed: ${deviation}`);
      }
      assert.ok(deviationOfChanged((await listFields(provider, false)).get('mtime')!) > MAX_DEVIATION);
    },
  },
  isolated({
    title: 'shows nothing around a uniform workspace that depends on what was changed',
    isolationOnly: true,
    async run(provider) {
      const seen = await Promise.all(
        [SPLIT, WHOLE, WHOLE].map((request) =>
          withSandbox(provider, { ...request, isUniform: true }, async (sandbox) => {
            const { text, run } = describe(sandbox);
            assert.equal(Buffer.from((await run({ argv: ['python3', '-c', EXTENDED] })).stdout).toString(), '[]\n');
            return text(SURROUNDINGS);
          }),
        ),
      );
      const [split, whole, again] = seen.map((text) => text.split('\n'));
      // What differs between equal workspaces, such as a number of each, tells nothing.
      const stable = whole!.map((line, index) => line === again![index]);
      const keep = (lines: readonly string[]) => lines.filter((_, index) => stable[index]);
      assert.ok(keep(whole!).length > 20);
      assert.deepEqual([split!.length, keep(split!)], [whole!.length, keep(whole!)]);
    },
  }),
  {
    title: 'finds what was changed in a uniform workspace, and nothing else',
    isolationOnly: false,
    async run(provider) {
      await withSandbox(provider, { ...SPLIT, isUniform: true }, async (sandbox) => {
        const { sh, text } = describe(sandbox);
        assert.equal(
          await text('find . -type f | wc -l; cat f11 m/f12; ls -d gone 2>/dev/null'),
          `${PATHS.length}\nf11\nm/f12`,
        );
        await sh('touch f10; cp f11 x; mv x f11; mkdir empty');
        assert.deepEqual([...(await sandbox.changedFiles())], []);
        // The same sizes and times at other paths.
        await sh('mv a x; mv m/deep a; mv x m/deep; rm f12 f13; echo new > gone; chmod +x f15');
        const changes = await sandbox.changedFiles();
        const swapped = PATHS.filter((path) => /^(a|m\/deep)\//.test(path));
        assert.deepEqual([...changes.keys()], [...swapped, 'f12', 'f13', 'f15', 'gone'].sort());
        assert.deepEqual([changes.get('f12'), changes.get('f13'), changes.get('f15')?.mode], [null, null, '100755']);
        assert.equal(Buffer.from(changes.get('a/f10')!.content).toString(), 'm/deep/f10\n');
      });
    },
  },
];

/** What commands can see of each file, as numbers; `order` is its place among the entries of its directory. */
async function listFields(
  provider: SandboxProvider,
  isUniform: boolean,
): Promise<Map<string, ReadonlyMap<string, number>>> {
  const [stats, order] = await withSandbox(provider, { ...SPLIT, isUniform }, async (sandbox) => {
    const { text } = describe(sandbox);
    return [await text(`${STAT} ${PATHS.join(' ')}`), await text("find . -type f -printf '%P\\n'")];
  });
  const rows = stats.split('\n').map((line) => line.split(' '));
  assert.equal(rows.length, PATHS.length);
  const fields = new Map(
    FIELDS.map((name, index) => [name, new Map(rows.map((row) => [row.at(-1)!, Number(row[index])]))]),
  );
  return fields.set('order', new Map(order.split('\n').map((path, index) => [path, index])));
}

/** How far the ranks of the changed files lie from chance, in standard deviations: Wilcoxon's rank sum. */
function deviationOfChanged(values: ReadonlyMap<string, number>): number {
  const sorted = [...values.values()].sort((a, b) => a - b);
  const changed = [...values].filter(([path]) => CHANGED.has(path)).map(([, value]) => value);
  const rankOf = (value: number) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1;
  const sum = changed.reduce((total, value) => total + rankOf(value), 0);
  const expected = (changed.length * (values.size + 1)) / 2;
  return (sum - expected) / Math.sqrt((expected * (values.size - changed.length)) / 6);
}
