import type { ValidationReport } from '@swe-selfplay/injector';
import { counted, printable, seconds, table } from './printable.js';

/** A validation as a person reads it: a line for each check, then the outcome. */
export function describeReport(report: ValidationReport): string {
  const rows = report.checks.map(({ id, status, reason }) => [id, status, printable(reason)]);
  const { executed, cached } = report.runs;
  const runs = `${counted(executed, 'run')} executed, ${cached} found executed, ${seconds(report.ms)}`;
  const lines = [
    table([['check', 'verdict', 'reason'], ...rows]),
    '',
    `${report.status}: ${outcomeOf(report)} (${runs})`,
  ];
  if (report.failToPass.length > 0) lines.push('', `FAIL_TO_PASS ${describeIds(report.failToPass)}`);
  if (report.flaky.length > 0) lines.push(`flaky ${describeIds(report.flaky)}`);
  return lines.join('\n');
}

/** What decided, in one line. */
export function outcomeOf(report: Pick<ValidationReport, 'status' | 'checks' | 'failToPass' | 'passToPass'>): string {
  if (report.status === 'valid') {
    const tests = `${counted(report.failToPass.length, 'test')} to mend, ${report.passToPass.length} to keep passing`;
    return `all ${report.checks.length} checks hold; ${tests}`;
  }
  const failed = report.checks.find(({ status }) => status === 'failed' || status === 'error');
  return failed === undefined ? 'no check passed' : `${failed.id}: ${printable(failed.reason)}`;
}

const MAX_IDS = 10;

function describeIds(ids: readonly string[]): string {
  const shown = ids.slice(0, MAX_IDS).map((id) => `\n  ${printable(id)}`);
  const more = ids.length > MAX_IDS ? `\n  and ${ids.length - MAX_IDS} more` : '';
  return `(${ids.length})${shown.join('')}${more}`;
}
