import { createCwmToolSet, createSubmitTool, type HintOptions, type ToolSet, withHints } from '@swe-selfplay/adapter';
import { type CodeSearchOptions, createCodeSearchTool, DEFAULT_PARSE_TIMEOUT_MS } from './code-search-tool.js';
import { createSourceStore } from './source-file.js';

export interface SkyRlToolSetOptions {
  /**
   * The tools beside the search: a shell, editing and submit. Default: bash, edit and create of the Code World Model's
   * scaffold, in place of the original's str_replace_editor, and a submission of the workspace that ends the rollout.
   */
  readonly tools?: ToolSet;
  readonly search?: CodeSearchOptions;
  readonly hints?: HintOptions;
}

const MAX_REPLY_CHARACTERS = 100_000;

/**
 * The tools of SkyRL-Agent's software engineer (arXiv 2511.16108; NovaSky-AI/SkyRL, skyrl-agent): bash, the code search,
 * editing and submit, with its hints at the end of each reply. Rollouts share the files they have in common.
 */
export function createSkyRlToolSet(options: SkyRlToolSetOptions = {}): ToolSet {
  const { search = {}, hints = {}, tools = defaultTools() } = options;
  const sources = search.sources ?? createSourceStore(search.parseTimeoutMs ?? DEFAULT_PARSE_TIMEOUT_MS);
  const withSearch: ToolSet = {
    ...tools,
    createTools: ({ submission, extra }) =>
      tools.createTools({ submission, extra: [createCodeSearchTool({ ...search, sources }), ...extra] }),
  };
  return { ...withHints(withSearch, hints), name: 'skyrl' };
}

function defaultTools(): ToolSet {
  const cwm = createCwmToolSet();
  return {
    name: 'cwm+submit',
    endsWith: 'submission',
    createTools: (role) => [
      // That of the scaffold wants a patch in a file, and may be called again.
      ...cwm.createTools(role).filter(({ name }) => name !== 'submit'),
      createSubmitTool(role.submission),
    ],
    formatReply(text) {
      if (text.length <= MAX_REPLY_CHARACTERS) return text;
      // Bytes hold no half characters, which a cut can leave and servers refuse.
      return `${Buffer.from(text.slice(0, MAX_REPLY_CHARACTERS)).toString()}\n[... cut off here]`;
    },
  };
}
