"""What can be told of a file from its tokens: indentation, and which findings its comments quiet."""

import io
import re
import tokenize


def indentation(tokens):
    """What the indentation of the logical lines is, which begin with the first token that is code."""
    findings, expects, before, is_start, last = [], False, 0, True, None
    skipped = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER)
    for token in tokens:
        if token.type == tokenize.NEWLINE:
            is_start, expects = True, last == ":"
        if token.type in skipped or token.type == tokenize.NEWLINE:
            continue
        last = token.string
        if not is_start:
            continue
        is_start = False
        row, column = token.start
        level = len(token.line[:column].expandtabs(8))
        if level % 4:
            findings.append((row, column, "E111 indentation is not a multiple of 4"))
        if expects and level <= before:
            findings.append((row, column, "E112 expected an indented block"))
        elif not expects and level > before:
            findings.append((row, column, "E113 unexpected indentation"))
        before = level
    return findings


def without_quieted(findings, text, tokens):
    """Leaves out what comments `# noqa` in the same logical line quiet, as flake8 does."""
    lines = text.splitlines(keepends=True)
    if any(re.match(r"\s*# flake8[:=]\s*noqa", line, re.I) for line in lines):
        return []
    spans, first = {}, None
    for token in tokens:
        if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
            continue
        first = token.start[0] if first is None else first
        if token.type in (tokenize.NL, tokenize.NEWLINE):
            for row in range(first, token.end[0] + 1):
                spans[row] = (first - 1, token.end[0])
            first = None
    kept = []
    for finding in findings:
        row, _, said = finding
        start, end = spans.get(row, (row - 1, row))
        found = re.search(r"# noqa(?::\s?((?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", "".join(lines[start:end]), re.I)
        codes = re.split(r"[,\s]+", found.group(1).strip()) if found and found.group(1) else [""]
        if not found or not any(said.upper().startswith(code.upper()) for code in codes):
            kept.append(finding)
    return kept


def tokens_of(text):
    try:
        return list(tokenize.generate_tokens(io.StringIO(text).readline)), None
    except tokenize.TokenError as error:
        row, column = error.args[1] if len(error.args) > 1 else (1, 0)
        return [], (row, column, "E902 TokenError: %s" % error.args[0])
    except SyntaxError as error:
        return [], (error.lineno or 1, error.offset or 0, "E902 %s: %s" % (type(error).__name__, error.msg))
