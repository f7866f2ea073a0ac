import type { TrajectoryRecord } from '../trajectory-record.js';

/** A tool in the form of OpenAI's function calling. */
export interface FunctionTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  };
}

/** The tools of a trajectory as functions: as they are where they have this form, else made of name and JSON Schema. */
export function functionTools({ tools }: Pick<TrajectoryRecord, 'tools'>): FunctionTool[] {
  return tools.map((tool) => {
    const { name, description, parameters, inputSchema, input_schema } = (tool.function ?? tool) as Record<
      string,
      unknown
    >;
    const schema = parameters ?? inputSchema ?? input_schema ?? { type: 'object', properties: {} };
    return {
      type: 'function',
      function: {
        name: String(name),
        ...(typeof description === 'string' && { description }),
        parameters: schema as Record<string, unknown>,
      },
    };
  });
}

/** The tools that went into requests as such; none where the format of calls has them written into the text. */
export function requestTools(record: TrajectoryRecord): FunctionTool[] {
  const { format } = record.policy;
  return format === null || format === 'native' ? functionTools(record) : [];
}
