/** The content of the last closed block between fences of backticks, its lines as they are; undefined without one. */
export function lastCodeBlock(text: string): string | undefined {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  let last: string | undefined;
  let open: { readonly fence: string; readonly line: number } | undefined;
  for (const [line, content] of lines.entries()) {
    const fence = /^ {0,3}(`{3,})([^`]*)$/.exec(content);
    if (fence === null) continue;
    if (open === undefined) {
      open = { fence: fence[1]!, line };
    } else if (fence[1]!.length >= open.fence.length && fence[2]!.trim() === '') {
      const block = lines.slice(open.line + 1, line);
      last = block.map((each) => `${each}\n`).join('');
      open = undefined;
    }
  }
  return last;
}
