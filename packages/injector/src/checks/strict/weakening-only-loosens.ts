import { type ChangedFile, changedLines, placeOf, type SourceLine } from '../../changed-file.js';
import { type Check, failed, passed, skipped } from '../../check.js';

/** Lines that take a test away without a word of their own. */
const EMPTY = /^(pass|\.\.\.|return|continue|if True:|[)}\]]*[;,]?|\{|end)$/;
/** Marks and calls by which a test is left out. */
const SKIP =
  /^(@(pytest\.mark\.(skip|skipif|xfail)|unittest\.(skip|skipIf|skipUnless|expectedFailure)|skip|Disabled|Ignore)\b|#\[ignore|(pytest\.(skip|xfail)|(self|t|this)\.(skipTest|Skip|skip))\()/;
/** Words that a weaker assertion may bring along. */
const LOOSENING = new Set(
  `assert expect self not is in or and None True False null undefined isinstance issubclass len type str repr int float
  bool list dict tuple set any all hasattr callable object Exception BaseException with as for if _ raises
  assertTrue assertFalse assertIn assertNotIn assertIsNone assertIsNotNone assertIsInstance assertNotEqual assertGreater
  assertGreaterEqual assertLess assertLessEqual assertAlmostEqual assertRaises assertIs assertIsNot approx
  toBeDefined toBeTruthy toBeInstanceOf toContain toHaveLength toThrow xit xtest xdescribe it test describe skip`.split(
    /\s+/,
  ),
);
const BEGINS_CODE = /^(from|import|def|async def|class|function|const|let|var|export|require|include|use|@)\b/;

/**
 * The weakening takes away or loosens: each line that it adds is empty, skips a test, is a removed line in another
 * layout, or is made of words of the lines it removes from that file, and of words that loosen. So an expected value
 * cannot become another one, and no helper, import or test comes in. No test file is added.
 */
export const weakeningOnlyLoosens: Check = {
  id: 'weakening-only-loosens',
  stage: 'static',
  judge({ weakenedFiles }) {
    if (weakenedFiles === undefined) return skipped('test_weaken.diff was not applied.');
    const isNew = weakenedFiles.filter(({ before }) => before === undefined).map(({ path }) => path);
    if (isNew.length > 0) return failed(`test_weaken.diff adds ${isNew.join(', ')}.`, { files: isNew });
    const unread = weakenedFiles.filter(
      ({ before, after }) => before?.text === undefined || (after !== undefined && after.text === undefined),
    );
    if (unread.length > 0) {
      const files = unread.map(({ path }) => path);
      return failed(`test_weaken.diff changes what cannot be read as text: ${files.join(', ')}.`, { files });
    }
    const foreign = weakenedFiles.flatMap(foreignLines);
    if (foreign.length > 0) {
      const [line] = foreign as [SourceLine];
      return failed(`${placeOf(line)} is neither taken away nor loosened: ${line.text.trim().slice(0, 120)}`, {
        places: foreign.slice(0, 50).map(placeOf),
      });
    }
    return passed(`test_weaken.diff only takes away and loosens, in ${weakenedFiles.length} file(s).`);
  },
};

function foreignLines(file: ChangedFile): SourceLine[] {
  const { added, removed } = changedLines(file);
  const old = new Set(removed.map(({ text }) => squeezed(text)));
  const words = new Set(removed.flatMap(({ text }) => wordsOf(text)));
  return added.filter(({ text }) => {
    const line = text.trim();
    if (line === '' || EMPTY.test(line) || SKIP.test(line) || old.has(squeezed(line))) return false;
    return BEGINS_CODE.test(line) || !wordsOf(line).every((word) => words.has(word) || LOOSENING.has(word));
  });
}

/** Names and numbers, those in texts included. */
function wordsOf(text: string): string[] {
  return text.match(/[\p{L}_][\p{L}\p{N}_]*|\d[\d_.]*/gu) ?? [];
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, '');
}
