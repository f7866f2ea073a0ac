import { functionsOf, type PythonFunction, parsePython } from '@swe-selfplay/python';

/** A function of the code or of the tests, with what localisation asks about it. Holds no syntax tree. */
export interface CodeFunction
  extends Pick<PythonFunction, 'name' | 'className' | 'startLine' | 'endLine' | 'start' | 'end'> {
  readonly path: string;
  /** Names that it calls or reads as attributes. */
  readonly uses: ReadonlySet<string>;
}

/** Identifies a function within one tree. */
export function functionKey({ path, start }: Pick<CodeFunction, 'path' | 'start'>): string {
  return `${path}\0${start}`;
}

/** The functions of one Python file, outer before inner. */
export function readFunctions(path: string, source: string): CodeFunction[] {
  return functionsOf(parsePython(source)).map(({ name, className, startLine, endLine, start, end }) => ({
    path,
    name,
    className,
    startLine,
    endLine,
    start,
    end,
    uses: usedNames(source.slice(start, end)),
  }));
}

const CALL_OR_ATTRIBUTE = /(?<=\.\s*)[\p{L}_][\p{L}\p{N}_]*|[\p{L}_][\p{L}\p{N}_]*(?=\s*\()/gu;

/** Names that a piece of Python calls or reads as attributes, by their look alone. */
export function usedNames(text: string): Set<string> {
  return new Set(text.match(CALL_OR_ATTRIBUTE) ?? []);
}
