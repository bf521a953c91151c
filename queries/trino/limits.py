"""How long and how deep a statement may be: told from its tokens, before a tree is made of them.

The parser and what walks its trees call themselves for each level; a statement beyond these bounds would end them.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from queries.errors import Position, SyntaxFaultError

MOST_CHARACTERS = 262_144  # as Athena: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
MOST_TOKENS = 50_000
MOST_QUERIES = 200  # SELECT and VALUES
MOST_CHAINED = 1_000  # operators of one precedence in a row, as a || b || c
DEEPEST = 25  # parentheses, brackets and CASE within each other; signs and NOT before one thing
MOST_LEVELS = 150  # of the tree, where a chain of operators is one
_CHAINS = (exp.Connector, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.SetOperation)

_OPEN = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.CASE}
_CLOSED = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.END}
_BEFORE = {TokenType.NOT, TokenType.DASH, TokenType.PLUS}
_QUERIES = {TokenType.SELECT, TokenType.VALUES}
_CHAINED = {TokenType.DASH, TokenType.PLUS, TokenType.STAR, TokenType.SLASH, TokenType.MOD, TokenType.DPIPE}


def check_length(sql: str) -> None:
    """Raises `SyntaxFaultError`."""
    if len(sql) > MOST_CHARACTERS:
        raise SyntaxFaultError(
            f"the statement has {len(sql):,} characters, and {MOST_CHARACTERS:,} are taken",
            remedy="Ask in several questions, or give lists as tables.",
        )


def check_tokens(tokens: Sequence[Token]) -> None:
    """Raises `SyntaxFaultError`."""
    counted = {
        "words and signs": (len(tokens), MOST_TOKENS),
        "queries": (sum(token.token_type in _QUERIES for token in tokens), MOST_QUERIES),
        "operators": (sum(token.token_type in _CHAINED for token in tokens), MOST_CHAINED),
    }
    for what, (count, most) in counted.items():
        if count > most:
            raise SyntaxFaultError(
                f"the statement has {count:,} {what}, and {most:,} are taken", remedy="Ask in several questions."
            )
    _check_indices(tokens)
    depth = signs = 0
    for token in tokens:
        signs = signs + 1 if token.token_type in _BEFORE else 0
        depth += (token.token_type in _OPEN) - (token.token_type in _CLOSED)
        if depth > DEEPEST or signs > DEEPEST:
            place = Position(token.line, max(1, token.col - len(token.text) + 1))
            raise SyntaxFaultError(
                f"it is nested more than {DEEPEST} deep", position=place, remedy="Use WITH for its parts."
            )


def _check_indices(tokens: Sequence[Token]) -> None:
    """Of a[1][1]…: for each index the parser looks again at all before it. Raises `SyntaxFaultError`."""
    depth = 0
    chained: Counter[int] = Counter()  # by how deep in other brackets
    for before, token in pairwise(tokens):
        depth += (before.token_type == TokenType.L_BRACKET) - (before.token_type == TokenType.R_BRACKET)
        if token.token_type == TokenType.L_BRACKET:
            chained[depth] = chained[depth] + 1 if before.token_type == TokenType.R_BRACKET else 0
            if chained[depth] > DEEPEST:
                raise SyntaxFaultError(
                    f"more than {DEEPEST} indices stand behind one another",
                    position=Position(token.line, max(1, token.col)),
                    remedy="Use WITH for its parts.",
                )


def check_levels(tree: exp.Expr) -> None:
    """Raises `SyntaxFaultError`. Of what no parenthesis shows: a = b = c …, a.b.c …, a[1][1] …"""
    nodes = [(tree, 0)]
    while nodes:
        node, level = nodes.pop()
        if level > MOST_LEVELS:
            raise SyntaxFaultError(f"it is nested more than {MOST_LEVELS} deep", remedy="Use WITH for its parts.")
        is_chain = isinstance(node, _CHAINS)
        nodes.extend(
            (child, level if is_chain and isinstance(child, _CHAINS) else level + 1)
            for child in node.iter_expressions()
        )
