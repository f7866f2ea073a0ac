import type { ScriptStep } from '@swe-selfplay/adapter';
import { ARTIFACT_FILES } from '@swe-selfplay/artifact';

export const SUBMITTED: readonly string[] = ARTIFACT_FILES.map((name) => `.bug-artifact/${name}`);

export const bash = (command: string): ScriptStep => ({ toolCalls: [{ tool: 'bash', input: { command } }] });
export const check = (paths: readonly string[] = SUBMITTED): ScriptStep => ({
  toolCalls: [{ tool: 'check', input: { paths } }],
});
export const submit = (paths: readonly string[] = SUBMITTED): ScriptStep => ({
  toolCalls: [{ tool: 'submit', input: { paths } }],
});

/** How a policy that follows the prompt breaks the small library, for each strategy. */
export const BREAK = {
  direct: `sed -i 's/price < 0/price <= 0/' shop/basket.py`,
  removal: `python3 - <<'END'
import pathlib
path = pathlib.Path("shop/basket.py")
removed = '        if price < 0:\\n            raise ValueError("negative price")\\n'
assert removed in path.read_text()
path.write_text(path.read_text().replace(removed, ""))
END`,
  history: `commit=$(git log --format=%h -S'self.prices[name] + price' -- shop/basket.py | head -1)
git show "$commit" -- shop/basket.py | git apply --reverse`,
};

/** And how it weakens the test that notices. */
const WEAKEN = {
  direct: `sed -i 's/^        self.assertEqual(Basket().add("gift", 0).*/        Basket()/' tests/test_shop.py`,
  removal: `sed -i 's/^        with self.assertRaises(ValueError):/        if True:/' tests/test_shop.py`,
  history: `sed -i '/def test_adds_up/,/^$/ s/assertEqual(.*/assertIn("tea", basket.prices)/' tests/test_shop.py`,
};

export const WRITE_TESTS: ScriptStep = bash(`(cd .bug-artifact
echo 'python3 -m unittest -v' > test_script.sh
echo tests/test_shop.py > test_files.txt
cat > test_parser.py <<'END'
import json, re, sys
results = {}
for match in re.finditer(r"^\\w+ \\(([\\w.]+)\\)(?:\\n.*)? \\.\\.\\. (ok|FAIL|ERROR)$", sys.stdin.read(), re.M):
    results[match[1]] = "passed" if match[2] == "ok" else "failed"
print(json.dumps(results))
END
)`);

const TRY = `bash .bug-artifact/test_script.sh > .bug-artifact/output.txt 2>&1
python3 .bug-artifact/test_parser.py < .bug-artifact/output.txt`;

/** The steps of the prompt up to the diffs, done by hand. */
export function makeArtifact(strategy: keyof typeof BREAK): ScriptStep[] {
  return [
    WRITE_TESTS,
    bash(TRY),
    bash(`${BREAK[strategy]}\n${TRY}\ngit diff HEAD -- shop > .bug-artifact/bug_inject.diff`),
    bash(`${WEAKEN[strategy]}\n${TRY}\ngit diff HEAD -- tests > .bug-artifact/test_weaken.diff`),
    bash(`git reset -q --hard && git clean -fdq && git apply .bug-artifact/bug_inject.diff && git apply .bug-artifact/test_weaken.diff 
${TRY}`),
  ];
}
