import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Compiles this package below `directory`, for programs of their own, and returns the URL of one of its modules. */
export function compilePackage(directory: string, module: string): string {
  const root = join(import.meta.dirname, '..');
  const target = join(directory, 'compiled');
  if (!existsSync(target)) {
    const compiler = join(root, '../../node_modules/typescript/bin/tsc');
    const options = ['--outDir', target, '--composite', 'false', '--incremental', 'false', '--declarationMap', 'false'];
    execFileSync(process.execPath, [compiler, '-p', root, ...options], { stdio: 'inherit' });
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  }
  return pathToFileURL(join(target, module)).href;
}
