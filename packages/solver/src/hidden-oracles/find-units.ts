import { type CodeBlock, namesIn } from '@swe-selfplay/python';
import { functionKey, locateTests, type TestFunction, type TestLocations } from './locate-tests.js';
import { createNameGraph, type NameGraph } from './name-graph.js';
import { blocksOf, type OracleFile } from './oracle-file.js';
import { changedNames, servesEveryTest, weakenedBlocks } from './weakened-blocks.js';

/** Tests that can be kept from a solver together: one function, or one file. */
export interface OracleUnit {
  readonly path: string;
  /** Undefined for a whole file. */
  readonly qualifiedName: string | undefined;
  /** Ids of FAIL_TO_PASS. */
  readonly ids: readonly string[];
}

/** The units of a weakening, and why the other failing tests are in none: reasons with numbers of ids. */
export interface OracleUnits {
  readonly units: readonly OracleUnit[];
  readonly obstacles: ReadonlyMap<string, number>;
}

/**
 * Finds the failing tests that can be taken out of what a solver sees without a trace: weakened by themselves, needed
 * by nothing else, and leading to nothing else that was weakened. All others have to be shown.
 */
export function findUnits(
  files: readonly OracleFile[],
  testFiles: readonly string[],
  failToPass: readonly string[],
): OracleUnits {
  const locations = locateTests(files, failToPass);
  const idsOf = (isOf: (id: string) => boolean) => failToPass.filter(isOf);
  const weakened = files.filter((file) => file.isWeakened).map((file) => ({ file, changed: weakenedBlocks(file) }));
  const units = groupByFunction(locations);
  const whole = weakened.flatMap(({ file, changed }) => (changed ? [] : [file.path]));
  const isKnown = (path: string) => [...locations.files.values()].includes(path);
  const unknown = whole.find((path) => !isKnown(path));
  if (unknown !== undefined)
    return none(`${unknown} is weakened, and no id of a failing test says which of them need it`, failToPass);

  const isUnit = (path: string, { kind, qualifiedName }: CodeBlock) =>
    kind === 'function' && units.has(functionKey({ path, qualifiedName }));
  const names = new Set<string>();
  for (const { file, changed = [] } of weakened) {
    const others = changed.filter((block) => !isUnit(file.path, block));
    if (others.some((block) => servesEveryTest(file.path, block)))
      return none(`${file.path} is weakened in what serves every test`, failToPass);
    for (const name of changedNames(file, others)) names.add(name);
  }

  const setting: Setting = { files, testFiles, locations, names, graph: createNameGraph(files.flatMap(blocksOf)) };
  const found: OracleUnit[] = [];
  const obstacles = new Map<string, number>();
  const settle = (unit: OracleUnit, obstacle: string | undefined) => {
    if (obstacle === undefined) found.push(unit);
    else obstacles.set(obstacle, (obstacles.get(obstacle) ?? 0) + unit.ids.length);
  };
  for (const path of whole) {
    const unit = { path, qualifiedName: undefined, ids: idsOf((id) => locations.files.get(id) === path) };
    settle(unit, obstacleOfFile(path, failToPass, setting));
  }
  for (const unit of units.values()) {
    if (whole.includes(unit.path)) continue;
    const changed = weakened.find(({ file }) => file.path === unit.path)?.changed ?? [];
    settle(unit, obstacleOf(unit, changed, setting));
  }
  const isSettled = (id: string) => locations.functions.has(id) || whole.includes(locations.files.get(id) ?? '');
  const lost = idsOf((id) => !isSettled(id)).length;
  if (lost > 0) obstacles.set('are not located', lost);
  return { units: found, obstacles };
}

interface Setting {
  readonly files: readonly OracleFile[];
  readonly testFiles: readonly string[];
  readonly locations: TestLocations;
  /** Names of weakened code that is not a failing test. */
  readonly names: ReadonlySet<string>;
  readonly graph: NameGraph;
}

function groupByFunction({ functions }: TestLocations): Map<string, OracleUnit & TestFunction> {
  const units = new Map<string, OracleUnit & TestFunction>();
  for (const [id, place] of functions) {
    const key = functionKey(place);
    units.set(key, { ...place, ids: [...(units.get(key)?.ids ?? []), id] });
  }
  return units;
}

function obstacleOf(
  unit: OracleUnit & TestFunction,
  changed: readonly CodeBlock[],
  { files, testFiles, locations, names, graph }: Setting,
): string | undefined {
  const file = files.find(({ path }) => path === unit.path)!;
  const isOwn = ({ kind, qualifiedName }: CodeBlock) => kind === 'function' && qualifiedName === unit.qualifiedName;
  if (!testFiles.includes(unit.path)) return 'are not in a listed test file';
  if (!changed.some(isOwn)) return 'are not weakened';
  if (locations.doubtful.has(functionKey(unit))) return 'may go by another id';
  if (!isUnique(file.full?.blocks ?? [], isOwn) || !isUnique(file.weak?.blocks ?? [], isOwn))
    return 'are defined more than once';

  const leaf = unit.qualifiedName.split('.').at(-1)!;
  const isNamed = graph.blocksWith(leaf).some((block) => !(block.kind === 'function' && block.names?.includes(leaf)));
  if (isNamed) return 'are named by other code';
  if (names.size === 0) return undefined;
  const reached = graph.namesFrom(blocksOf(file).filter(isOwn), leaf);
  return [...names].some((name) => reached.has(name)) ? 'need other code that is weakened' : undefined;
}

function isUnique(blocks: readonly CodeBlock[], isOwn: (block: CodeBlock) => boolean): boolean {
  const own = blocks.filter(isOwn);
  const heads = blocks.filter(({ kind, owner }) => kind === 'class' && owner === own[0]?.owner);
  return own.length <= 1 && heads.length <= 1;
}

function obstacleOfFile(
  path: string,
  failToPass: readonly string[],
  { files, testFiles, locations, names }: Setting,
): string | undefined {
  if (!testFiles.includes(path)) return 'are not in a listed test file';
  if (/(^|\/)(conftest|__init__)\.[^/]*$/.test(path)) return 'are in a file that serves every test';
  if (failToPass.some((id) => !locations.files.has(id))) return 'are in a file that tests without one may be in';
  const stem = path.split('/').at(-1)!.split('.')[0]!;
  const [own, ...others] = [...files].sort((a, b) => Number(b.path === path) - Number(a.path === path));
  const textOf = (file: OracleFile | undefined) => `${file?.full?.text ?? ''}\n${file?.weak?.text ?? ''}`;
  if (others.some((file) => namesIn(textOf(file)).has(stem))) return 'are in a file that other code names';
  const words = namesIn(textOf(own));
  return [...names].some((name) => words.has(name)) ? 'need other code that is weakened' : undefined;
}

function none(obstacle: string, ids: readonly string[]): OracleUnits {
  return { units: [], obstacles: new Map([[obstacle, ids.length]]) };
}
