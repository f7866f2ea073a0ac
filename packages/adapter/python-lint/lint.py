"""Finds in a Python file what no program can run with: reads it from standard input, prints `row:col: CODE text` lines.

The only argument is the name of the file. The codes are those of flake8 (its version 6 or newer), as far as the standard
library can tell them: E999 and E902 (it cannot be parsed, and then nothing else is reported, so that E112 and E113 hardly
ever are), E111, E112, E113 (indentation), F831 (an argument twice), F821 (undefined names), F822 (undefined names in
__all__).
"""

import ast
import io
import sys
import tokenize


def decode(content):
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = io.TextIOWrapper(io.BytesIO(content), encoding, line_buffering=True).read()
    except (SyntaxError, UnicodeError, LookupError):
        text = io.TextIOWrapper(io.BytesIO(content), "latin-1").read()
    return text[1:] if text.startswith("\ufeff") else text


def lint(content, filename):
    text = decode(content)
    tokens, trouble = tokens_of(text)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        said = "E999 %s: %s" % (type(error).__name__, error.msg)
        return without_quieted([(error.lineno or 1, error.offset or 0, said)], text, tokens)
    except (ValueError, MemoryError, RecursionError) as error:
        return [(1, 0, "E999 SyntaxError: %s" % (error or "too deeply nested"))]
    try:
        findings = Names(filename).check(tree)
    except RecursionError:
        findings = []  # Deeper than this program reaches: nothing is known of its names.
    findings = findings + ([trouble] if trouble else indentation(tokens))
    # Several findings of a place are one for what is the same in them.
    return without_quieted(sorted(set(findings)), text, tokens)


if __name__ == "__main__":
    sys.setrecursionlimit(4000)
    for row, column, said in lint(sys.stdin.buffer.read(), sys.argv[1]):
        print("%d:%d: %s" % (row, column + 1, said.replace("\n", " ")))
