import { join } from 'node:path';
import type { LeakFinding } from './leak-audit.js';
import { metadataPlace } from './leak-places.js';

/** What tells the changed files of a workspace from the others without their content, as one finding. */
export function findTells(tells: readonly string[], workdir: string): LeakFinding[] {
  if (tells.length === 0) return [];
  return [
    {
      kind: 'metadata',
      path: workdir,
      within: [],
      file: undefined,
      evidence: [`the changed files differ from all others in: ${tells.join(', ')}`],
      isLeak: true,
      scrubbing: 'none',
      remedy: 'The sandbox gives away which files were changed: use a backend that opens uniform workspaces.',
    },
  ];
}

/** Caches and records of tools that are part of the tree, one finding for each place. */
export function findMetadata(paths: readonly string[], workdir: string): LeakFinding[] {
  const places = new Set(paths.map(metadataPlace).filter((place) => place !== undefined));
  return [...places].map((place) => ({
    kind: 'metadata',
    path: join(workdir, place),
    within: [],
    file: undefined,
    evidence: ['what a tool left behind, and by that a hint at what was run or changed'],
    isLeak: paths.includes(`${place}/v/cache/lastfailed`),
    scrubbing: 'deleted',
    remedy: 'A tool left it behind: delete it from the repository or let the audit scrub it.',
  }));
}
