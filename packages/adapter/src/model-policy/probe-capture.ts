import type { CaptureLevel } from '@swe-selfplay/trajectory';
import { type ChatCompletion, readAnsweredVersion } from './chat-completion.js';
import { compareLogprobs } from './logprobs-mode.js';
import type { Engine } from './model-policy-options.js';
import type { CaptureDialect } from './request-body.js';
import { readTokenData } from './token-data.js';

/** What a server returns of tokens. */
export interface CaptureProbe {
  readonly dialect: CaptureDialect;
  readonly capture: CaptureLevel;
  readonly reason: string;
  readonly logprobsMode: 'processed' | 'raw' | null;
  /** The answers name the weights that made them. */
  readonly hasVersions: boolean;
}

/** Asks one small thing in the given words; undefined: the server refuses the words. */
export type AskSmall = (dialect: CaptureDialect, temperature: number) => Promise<ChatCompletion | undefined>;

/** Asks one small thing at two temperatures and looks at what comes back. */
export async function probeCapture(engine: Engine, stream: boolean, ask: AskSmall): Promise<CaptureProbe> {
  // Of an engine that nobody named, it may still be a vLLM; a server that refuses fields it does not know is none.
  const dialect: CaptureDialect = engine === 'sglang' ? 'sglang' : 'vllm';
  const cool = await ask(dialect, 1);
  if (cool === undefined) {
    await ask('none', 1);
    return { dialect: 'none', ...level('text', `The server refuses to be asked for token ids.${hint(engine)}`) };
  }
  const hasVersions = readAnsweredVersion(cool) !== null;
  const { promptIds, completionIds, logprobs, fault } = readTokenData(cool);
  const judged = (capture: CaptureLevel, reason: string, mode: CaptureProbe['logprobsMode'] = null): CaptureProbe => ({
    dialect,
    ...level(capture, reason, mode),
    hasVersions,
  });
  if (engine === 'sglang' && stream)
    return judged('text', 'SGLang returns no token ids in a stream; turn streaming off to record them.');
  if (promptIds === null || completionIds === null)
    return judged('text', `The server returns no token ids${fault ? ` that hold (${fault})` : ''}.${hint(engine)}`);
  if (logprobs === null)
    return judged(
      'eval',
      `The server returns token ids without log-probabilities that fit${fault ? ` (${fault})` : ''}.`,
    );
  const hot = await ask(dialect, 2);
  const mode = hot === undefined ? null : compareLogprobs(cool, hot);
  if (mode === 'processed')
    return judged('train', 'The server returns token ids and log-probabilities of what is sampled.', mode);
  if (mode === 'raw')
    return judged('eval', `Log-probabilities are taken before temperature and the like; ${rawAdvice(engine)}.`, mode);
  return judged('eval', 'It does not show whether log-probabilities are taken before or after temperature.');
}

function level(capture: CaptureLevel, reason: string, logprobsMode: CaptureProbe['logprobsMode'] = null) {
  return { capture, reason, logprobsMode, hasVersions: false };
}

function rawAdvice(engine: Engine): string {
  return engine === 'sglang'
    ? 'unset SGLANG_RETURN_ORIGINAL_LOGPROB where the server is started to train on them'
    : 'start vLLM with --logprobs-mode processed_logprobs to train on them';
}

function hint(engine: Engine): string {
  if (engine === 'vllm') return ' vLLM from 0.10.2 on does.';
  return engine === 'sglang' ? ' SGLang from 0.5.13 on does.' : ' vLLM and SGLang do.';
}
