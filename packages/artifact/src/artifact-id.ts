import { createHash } from 'node:crypto';
import { ARTIFACT_FILES, type ArtifactFile } from './bug-artifact.js';

/** SHA-256 over name, length and bytes of the five files, as 64 hex digits. */
export function artifactId(files: Readonly<Record<ArtifactFile, Uint8Array>>): string {
  const hash = createHash('sha256').update('bug artifact\0');
  for (const name of ARTIFACT_FILES) hash.update(`${name}\0${files[name].length}\0`).update(files[name]);
  return hash.digest('hex');
}
