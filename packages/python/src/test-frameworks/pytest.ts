import type { Snapshot } from '@swe-selfplay/artifact';
import { findTestFiles, sourceRootsOf } from '../test-files.js';
import type { Detection, TestFramework, TestSelection } from '../test-framework.js';
import { BLOCK_PARSER, RECORDER_PROGRAM, readFailures } from './result-block.js';
import { pythonList, shellScript } from './shell-script.js';

/** Tests run by pytest, with the repository's own configuration. */
export const pytest: TestFramework = {
  name: 'pytest',
  detect,
  testScript: (detection, selection) => shellScript(detection, 'pytest', programOf(selection)),
  parser: BLOCK_PARSER,
  findFailures: readFailures,
};

async function detect(snapshot: Snapshot): Promise<Detection | undefined> {
  const files = await findTestFiles(snapshot);
  if (files.length === 0) return undefined;
  const own = files.filter((file) => file.hasPytestStyle);
  return {
    testFiles: files.map((file) => file.path),
    sourceRoots: sourceRootsOf(snapshot),
    reason: `${own.length} of ${files.length} test files are written for pytest, which runs the others too.`,
    // One file for pytest alone is enough to prefer it; without any, unittest comes first.
    fit: own.length > 0 ? 1 : 0.5,
  };
}

function programOf(selection: TestSelection): string {
  const options = selection.usesOwnOptions === false ? ['-o', 'addopts='] : [];
  return [
    RECORDER_PROGRAM,
    '\n\nimport traceback\n\nimport pytest\n\n',
    pythonList('FILES', selection.testFiles),
    pythonList('DESELECTED', selection.deselected),
    pythonList('OPTIONS', [...OPTIONS, ...options]),
    PROGRAM,
  ].join('');
}

/** No state from run to run, no other order, no other processes, and no end at the first failure or at a file that cannot be imported. */
const OPTIONS = [
  '--tb=short',
  '--color=no',
  '--maxfail=0',
  '--continue-on-collection-errors',
  ...['cacheprovider', 'xdist', 'randomly', 'random_order'].flatMap((plugin) => ['-p', `no:${plugin}`]),
];

const PROGRAM = `

class Recorder:
    def __init__(self):
        self.deselected = set(DESELECTED)
        self.errors = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        dropped = [item for item in items if item.nodeid in self.deselected]
        if dropped:
            items[:] = [item for item in items if item.nodeid not in self.deselected]
            config.hook.pytest_deselected(items=dropped)

    def pytest_collectreport(self, report):
        if report.failed:
            file = report.nodeid.split("::")[0]
            record(report.nodeid or "collection", "failed", [file, 1] if file else None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        if call.excinfo is not None:
            self.errors.setdefault(item.nodeid, call.excinfo.value)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            file, line = report.location[:2]
            place = [file.replace(os.sep, "/"), (line or 0) + 1]
            record(report.nodeid, "failed", place, self.errors.get(report.nodeid))
        elif report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
            record(report.nodeid, "passed")
        if report.when == "teardown":
            self.errors.pop(report.nodeid, None)


try:
    pytest.main(OPTIONS + ["--rootdir=" + ROOT] + FILES, plugins=[Recorder()])
except BaseException:
    traceback.print_exc()
finish()
`;
