import { type BugArtifact, touchedPaths } from '@swe-selfplay/artifact';
import { z } from 'zod';

const detailsSchema = z.object({
  steps: z.array(z.object({ file: z.string(), line: z.number(), place: z.string(), operator: z.string() })).min(1),
});

/** What a bug is, in a line: what its provenance says was done where, or the files that it changes. */
export function describeBug({ provenance, bugInject }: BugArtifact): string {
  const details = detailsSchema.safeParse(provenance?.details);
  if (!details.success) return `changes ${touchedPaths(bugInject).join(', ')}`;
  return details.data.steps
    .map(({ operator, file, line, place }) => `${operator} in ${place} (${file}:${line})`)
    .join(', ');
}
