/** Diffs as an adversary writes them, by hand. */

/** Adds a file of one line without a newline at its end; the path and the mode are taken as they are. */
export function addition(path: string, content = 'x', mode = '100644'): Buffer {
  return Buffer.from(
    `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n` +
      `@@ -0,0 +1 @@\n+${content}\n\\ No newline at end of file\n`,
  );
}

/** The diff with one piece of its text replaced. Throws where it is not there: then a test is wrong. */
export function tampered(diff: Buffer, from: string, to: string): Buffer {
  const text = diff.toString('latin1');
  if (!text.includes(from)) throw new Error(`The diff does not hold ${JSON.stringify(from)}:\n${text}`);
  return Buffer.from(
    text.replace(from, () => to),
    'latin1',
  );
}
