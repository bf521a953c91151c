"""`python -m tests.golden.rewrite`: writes every expected.json as the transformer has it now."""

import orjson

from tests.golden.cases import all_cases

if __name__ == "__main__":
    for case in all_cases():
        text = orjson.dumps(case.actual(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        (case.folder / "expected.json").write_bytes(text)
