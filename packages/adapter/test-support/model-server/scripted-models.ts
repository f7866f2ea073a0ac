import type { ChatMessage } from '@swe-selfplay/trajectory';
import type { ModelTurn, ScriptedModel, ScriptedReply } from './model-server-options.js';

/** How the model writes its calls. */
export type CallFormat = 'native' | 'cwm' | 'xml' | 'fence';

/** What the model does in one turn: it calls a tool, talks, or answers with exactly this reply. */
export type ScriptedStep = CallStep | TalkStep | { readonly reply: ScriptedReply };

export interface CallStep {
  readonly tool: string;
  /** The arguments by name. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** The call as one text, for formats that have no names. Default: the only text of `input`, else `input` as JSON. */
  readonly text?: string;
  /** Said before the call. */
  readonly say?: string;
  readonly reasoning?: string;
}

export interface TalkStep {
  readonly say: string;
  readonly reasoning?: string;
}

/** A step, or how it follows from the conversation so far. */
export type StepSource = ScriptedStep | ((turn: ModelTurn) => ScriptedStep | Promise<ScriptedStep>);

export interface PlayOptions {
  /** Default `native`. */
  readonly format?: CallFormat;
  /** What comes after the last step. Default: it says that it has nothing more to do. */
  readonly afterwards?: StepSource;
}

/**
 * A model that does one step after the other. It keeps nothing: which step comes follows from how often the assistant
 * has spoken, so that one model plays any number of conversations at once.
 */
export function playSteps(steps: readonly StepSource[], options: PlayOptions = {}): ScriptedModel {
  const { format = 'native', afterwards = { say: 'I have nothing more to do.' } } = options;
  return async (turn) => {
    const source = steps[turn.turn] ?? afterwards;
    return toReply(typeof source === 'function' ? await source(turn) : source, format);
  };
}

/** A model that is another one in each kind of conversation; the first that fits what was said first, by system and user. */
export function chooseModel(
  choices: readonly { readonly when: RegExp | ((turn: ModelTurn) => boolean); readonly model: ScriptedModel }[],
): ScriptedModel {
  return (turn) => {
    const opening = openingText(turn);
    const choice = choices.find(({ when }) => (typeof when === 'function' ? when(turn) : when.test(opening)));
    if (choice === undefined) throw new Error(`No scripted model is for the conversation: ${opening.slice(0, 500)}`);
    return choice.model(turn);
  };
}

/** What was said before the assistant spoke for the first time. */
export function openingText({ messages }: ModelTurn): string {
  const first = messages.findIndex(({ role }) => role === 'assistant');
  return textOf(first === -1 ? messages : messages.slice(0, first));
}

/** What was said since the assistant spoke last: replies of tools, in whatever role. */
export function lastResult({ messages }: ModelTurn): string {
  return textOf(messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1));
}

function textOf(messages: readonly ChatMessage[]): string {
  return messages.map(({ content }) => (typeof content === 'string' ? content : '')).join('\n');
}

function toReply(step: ScriptedStep, format: CallFormat): ScriptedReply {
  if ('reply' in step) return step.reply;
  const { say = '', reasoning } = step;
  const thought = reasoning === undefined ? {} : { reasoning };
  if (!('tool' in step)) return { text: say, ...thought };
  if (format === 'native') {
    const call = { name: step.tool, arguments: step.input ?? {} };
    return { ...thought, toolCalls: [call], ...(say !== '' && { text: say }) };
  }
  return { text: say === '' ? writeCall(step, format) : `${say}\n\n${writeCall(step, format)}`, ...thought };
}

/** A call as text. */
export function writeCall(step: CallStep, format: Exclude<CallFormat, 'native'>): string {
  const { tool } = step;
  switch (format) {
    case 'cwm':
      return `<tool: ${tool}>\n${oneText(step)}\n</tool>`;
    case 'xml': {
      const parameters = Object.entries(step.input ?? {}).map(([key, value]) => {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        return `<parameter=${key}>\n${text}\n</parameter>\n`;
      });
      return `<function=${tool}>\n${parameters.join('')}</function>`;
    }
    case 'fence': {
      const text = oneText(step);
      // Longer than any fence within.
      const ticks = Math.max(2, ...[...text.matchAll(/^`{3,}/gm)].map(([fence]) => fence.length)) + 1;
      const fence = '`'.repeat(ticks);
      return `${fence}${tool}\n${text}\n${fence}`;
    }
  }
}

function oneText({ text, input = {} }: CallStep): string {
  if (text !== undefined) return text;
  const [value, ...others] = Object.values(input);
  return typeof value === 'string' && others.length === 0 ? value : JSON.stringify(input);
}
