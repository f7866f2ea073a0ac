import type { ToolDescription } from '../conversation.js';
import { isTooDeep, writeJson } from '../write-json.js';

type JsonSchema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly key: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** The parameters of a tool, as its JSON Schema has them. */
export function parametersOf({ inputSchema }: ToolDescription): Parameter[] {
  const required = Array.isArray(inputSchema.required) ? inputSchema.required : [];
  return Object.entries(asSchema(inputSchema.properties)).map(([key, schema]) => ({
    key,
    schema: asSchema(schema),
    isRequired: required.includes(key),
  }));
}

/** One line on a parameter, for the model to read. */
export function describeParameter({ key, schema, isRequired }: Parameter): string {
  const about = typeof schema.description === 'string' ? `: ${schema.description}` : '';
  return `- ${key} (${typeText(schema)}, ${isRequired ? 'required' : 'optional'})${about}`;
}

function typeText(schema: JsonSchema): string {
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.map(writeValue).join(', ')}`;
  if (allowsText(schema)) return 'text';
  if (schema.type === 'array') return `JSON array, each element ${typeText(asSchema(schema.items))}`;
  if (typeof schema.type === 'string' && schema.type !== 'object') return schema.type;
  const { description: _, ...type } = schema;
  return `JSON that fits ${JSON.stringify(type)}`;
}

/** What was written as a value: text where the schema takes text or says nothing, else JSON, else text as it is. */
export function readValue(text: string, tool: ToolDescription | undefined, key: string): unknown {
  const properties = asSchema(tool?.inputSchema.properties);
  const schema = asSchema(Object.hasOwn(properties, key) ? properties[key] : undefined);
  if (allowsText(schema)) return text;
  try {
    // Models that think in Python write its words.
    const value: unknown = JSON.parse(PYTHON_WORDS.get(text.trim()) ?? text);
    return isTooDeep(value) ? text : value;
  } catch {
    return text; // The tool tells the model what it expected.
  }
}

const PYTHON_WORDS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
]);

export function writeValue(value: unknown): string {
  return typeof value === 'string' ? value : writeJson(value);
}

function allowsText(schema: JsonSchema): boolean {
  const alternatives = [schema.anyOf, schema.oneOf].filter(Array.isArray).flat();
  if (alternatives.length > 0) return alternatives.some((each) => allowsText(asSchema(each)));
  if (Array.isArray(schema.enum)) return schema.enum.some((value) => typeof value === 'string');
  if ('const' in schema) return typeof schema.const === 'string';
  if (Array.isArray(schema.type)) return schema.type.includes('string');
  return schema.type === 'string' || (schema.type === undefined && schema.$ref === undefined);
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {};
}
