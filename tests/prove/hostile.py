"""Texts that make a careless function slow. Each is as long as is asked for, in characters."""

from collections.abc import Callable
from typing import TypeAlias

Make: TypeAlias = Callable[[int], str]


def repeated(*pieces: str) -> Make:
    """The pieces again and again."""
    piece = "".join(pieces)
    return lambda length: (piece * (length // len(piece) + 1))[:length]


def nested(opening: str, inner: str, closing: str) -> Make:
    """As many openings as closings, one in another."""

    def made(length: int) -> str:
        depth = max(1, (length - len(inner)) // (len(opening) + len(closing)))
        return opening * depth + inner + closing * depth

    return made


def between(first: str, middle: Make, last: str) -> Make:
    """Something long that begins or ends as no repetition does."""
    return lambda length: first + middle(max(0, length - len(first) - len(last))) + last


def counted(line: Callable[[int], str]) -> Make:
    """Pieces no two of which are the same: what is looked up by its text is found only once."""

    def made(length: int) -> str:
        pieces: list[str] = []
        room, number = length, 0
        while room > 0:
            pieces.append(line(number))
            room -= len(pieces[-1])
            number += 1
        return "".join(pieces)[:length]

    return made


# What a person may write anywhere: in a message, a mail's body, an answer that repeats it.
TEXTS: dict[str, Make] = {
    "no blanks": repeated("x"),
    "words": repeated("Where is my order? It was to come on Monday. "),
    "all @": repeated("@"),
    "a@": repeated("a@"),
    "a mail's address begun": repeated("a.b-c+"),
    "one @ at the end": between("", repeated("x"), "@"),
    "digits": repeated("1234567890"),
    "1 1 1": repeated("1 "),
    "1-1-1": repeated("1-"),
    "1/2/": repeated("1/2/"),
    "+1+1": repeated("+1"),
    "phone numbers": repeated("+1 425 555 0101 "),
    "0123456789": repeated("0123456789 "),
    "accounts begun": repeated("ES91 2100 "),
    "codes": repeated("code 1234 "),
    "dots": repeated("."),
    "commas": repeated(", "),
    "a. a. a.": repeated("a. "),
    "question marks": repeated("?"),
    "asterisks": repeated("*"),
    "* a * a": repeated("* a"),
    "*a**a": repeated("*a**a"),
    "_a __a": repeated("_a __a"),
    "2*3*4": repeated("2*3*"),
    "~a ~a": repeated("~a "),
    "tildes": repeated("~~"),
    "underscores": repeated("_"),
    "emphasis nested": nested("*", "a", "*"),
    "strong nested": nested("**a ", "a", " b**"),
    "backticks": repeated("`"),
    "longer and longer backticks": counted(lambda number: "`" * (number % 300 + 1) + "a"),
    "brackets open": repeated("["),
    "brackets nested": nested("[", "a", "]"),
    "brackets and parentheses nested": nested("[", "a", "](u)"),
    "parentheses open": repeated("("),
    "parentheses nested": nested("(", "a", ")"),
    "links begun": repeated("[a](b"),
    "links to nowhere": repeated("[a](<b"),
    "images begun": repeated("![a"),
    "links": repeated("[a](https://b.example) "),
    "addresses of pages": repeated("https://a.example/b?c=d "),
    "one address of a page": between("https://a.example/", repeated("b/"), ""),
    "addresses begun": repeated("https://"),
    "www.": repeated("www."),
    "autolinks begun": repeated("<http:a"),
    "definitions": repeated("[a]: b\n"),
    "tables": between("a|b\n-|-\n", repeated("a|b\n"), ""),
    "one row": between("a|b\n-|-\n", repeated("a|"), ""),
    "many columns": lambda length: f"{'a|' * (length // 4)}\n{'-|' * (length // 4)}\n",
    "bars": repeated("|"),
    "hashes": repeated("# "),
    "headings": repeated("# a\n"),
    "fences": repeated("```\n"),
    "fence never closed": between("```\n", repeated("a\n"), ""),
    "quotes": repeated("> a\n"),
    "quoted quotes": repeated(">"),
    "quoted quotes apart": repeated("> "),
    "deeper and deeper quotes": counted(lambda number: ">" * (number % 200) + " a\n"),
    "lists": repeated("- a\n"),
    "lists in lists": repeated("- "),
    "numbered": repeated("1. a\n"),
    "numbers without end": repeated("1)"),
    "deeper and deeper lists": counted(lambda number: " " * (2 * (number % 60)) + "- a\n"),
    "backslashes": repeated("\\"),
    "entities": repeated("&amp;"),
    "entities begun": repeated("&#"),
    "ampersands": repeated("&"),
    "less than": repeated("<"),
    "tags": repeated("<a>"),
    "tags nested": nested("<b>", "a", "</b>"),
    "tags begun": repeated("<a "),
    "blocks quoted": nested("<blockquote>", "a", "</blockquote>"),
    "comments begun": repeated("<!--"),
    "attributes": between("<a", repeated(' b="c"'), ">"),
    "declarations": repeated("<!a"),
    "questions of XML": repeated("<?"),
    "CDATA begun": repeated("<![CDATA["),
    "blanks": repeated(" "),
    "tabs": repeated("\t"),
    "lines": repeated("\n"),
    "carriage returns": repeated("\r"),
    "words and blanks": between("a", repeated(" "), "b"),
    "many short lines": repeated("a\n"),
    "blank lines between": repeated("a\n\n"),
    "blanks at the ends of lines": repeated("a   \n"),
    "no-break spaces": repeated("\u00a0"),
    "zero width": repeated("\u200b"),
    "joiners": repeated("\u200d"),
    "byte order marks": repeated("\ufeff"),
    "combining": between("e", repeated("\u0301"), ""),
    "combining out of order": between("e", repeated("\u0301\u0323"), ""),
    "families": repeated("👨\u200d👩\u200d👧\u200d👦"),
    "one family": between("👨", repeated("\u200d👩"), ""),
    "flags": repeated("🇪🇸"),
    "Hangul": repeated("ᄀ"),
    "right to left": repeated("שלום "),
    "right to left forced": repeated("\u202ea"),
    "isolates open": repeated("\u2067"),
    "Arabic ligatures": repeated("ﷺ"),
    "Chinese": repeated("你好。"),
    "full width": repeated("１２３ "),
    "sharp s": repeated("ß"),
    "dotted I": repeated("İ"),
    "astral": repeated("𝐀"),
    "half a surrogate": repeated("\ud83d"),
    "NUL": repeated("\0"),
    "STOP": repeated("stop "),
    "STOP quoted": repeated("> STOP\n"),
    "yes yes": repeated("yes, "),
    "wrote:": repeated("On Mon, Zoe <z@p.example> wrote:\n"),
    "On": repeated("On "),
    "On, over lines": repeated("On Monday\n"),
    "headers": repeated("From: a\nSent: b\nTo: c\nSubject: d\n"),
    "From:": repeated("From: a\n"),
    "signatures": repeated("-- \na\n"),
    "rules": repeated("-----\n"),
    "one rule": repeated("-"),
    "underlines": repeated("_____\n"),
    "original messages": repeated("-----Original Message-----\n"),
    "sent from": repeated("Sent from my phone\n"),
    "unsubscribe": repeated("To unsubscribe, click https://a.example\n"),
    "boundaries": repeated("--a\n"),
    "different boundaries": counted(lambda number: f"--{number}\n"),
    "encoded words": repeated("=?utf-8?q?a?= "),
    "encoded words begun": repeated("=?utf-8?q?"),
    "=?": repeated("=?"),
    "soft ends": repeated("=\n"),
    "base64": repeated("QUJDRA=="),
    "base64 without end": repeated("QUJD"),
    "uuencode": repeated("begin 644 a\nM"),
    "different words": counted(lambda number: f"word{number:x} "),
    "different misspellings": counted(lambda number: "".join(chr(97 + int(d)) for d in str(number * 7919)) + " "),
    "different lines": counted(lambda number: f"line {number:x}\n"),
    "JSON objects open": repeated('{"a":'),
    "JSON arrays open": repeated("["),
    "JSON objects nested": nested('{"a":', "1", "}"),
    "quotation marks": repeated('"'),
    "apostrophes": repeated("'"),
    "braces": repeated("{{"),
    "semicolons": repeated(";"),
    "equals": repeated("=1+1,"),
    "erased": repeated("4255550101"),
    "erased with blanks": repeated("4 2 5 5 5 5 0 1 0 1 "),
    "erased begun": repeated("4 2 5 5 5 5 0 1 0 "),
    "a person's pseudonym begun": repeated("anon-0123456789abcdef"),
}

# What an analyst may ask: every construct of a statement, long.
STATEMENTS: dict[str, Make] = {
    "SQL columns": between("SELECT ", repeated("a, "), "a FROM events"),
    "SQL sums": between("SELECT 1", repeated(" + 1"), " FROM events"),
    "SQL conditions": between("SELECT 1 FROM events WHERE channel = 'a'", repeated(" OR channel = 'a'"), ""),
    "SQL lists": between("SELECT 1 FROM events WHERE received_at IN (1", repeated(", 1"), ")"),
    "SQL parentheses": between("SELECT ", nested("(", "1", ")"), ""),
    "SQL cases": between("SELECT CASE", repeated(" WHEN channel = 'a' THEN 1"), " END FROM events"),
    "SQL texts": between("SELECT '", repeated("a''"), "'"),
    "SQL text without end": between("SELECT '", repeated("a"), ""),
    "SQL comments": between("SELECT 1 ", repeated("/* a */"), ""),
    "SQL comment without end": between("SELECT 1 /*", repeated("*"), ""),
    "SQL line comments": between("SELECT 1 ", repeated("-- a\n"), ""),
    "SQL joins": between("SELECT 1 FROM events", repeated(" CROSS JOIN events"), ""),
    "SQL unions": between("SELECT 1", repeated(" UNION SELECT 1"), ""),
    "SQL names": between("SELECT a", repeated(".a"), " FROM events"),
    "SQL quoted": between('SELECT "', repeated('a""'), '" FROM events'),
    "SQL calls": between("SELECT ", nested("lower(", "channel", ")"), " FROM events"),
    "SQL concatenated": between("SELECT channel", repeated(" || channel"), " FROM events"),
    "SQL tables": between("WITH a AS (SELECT 1)", repeated(", a AS (SELECT 1)"), " SELECT 1 FROM a"),
    "SQL arrays": between("SELECT ARRAY[1", repeated(", 1"), "] FROM events"),
    "SQL casts": between("SELECT ", repeated("CAST("), "1"),
    "SQL indices": between("SELECT destination_address", repeated("[1]"), " FROM events"),
    "SQL values": between("SELECT * FROM (VALUES 1", repeated(", 1"), ") t(a)"),
    "SQL not": between("SELECT ", repeated("NOT "), "true"),
    "SQL ends": between("SELECT 1", repeated(";"), ""),
    "SQL parameters": between("SELECT :a", repeated(", :a"), ""),
    "SQL groups": between("SELECT channel FROM events GROUP BY channel", repeated(", channel"), ""),
}

# What an analyst may write instead of a shipped template, around its columns.
EXPRESSIONS: dict[str, Make] = {
    "filters": between("event.a", repeated(" | to_text"), ""),
    "keys": between("event", repeated(".a"), ""),
    "positions": between("event", repeated("[0]"), ""),
    "lists": between("[", repeated("event.a, "), "]"),
    "lists in lists": nested("[", "event", "]"),
    "choices": between("event.a", repeated(" or event.a"), ""),
    "if": between("event.a", repeated(" if event.a else event.b"), ""),
    "not": between("", repeated("not "), "event.a"),
    "compared": between("event.a", repeated(" == event.a"), ""),
    "words": between("'", repeated("a"), "'"),
    "parentheses": nested("(", "event.a", ")"),
    "parentheses open": repeated("("),
    "dictionary": between("event.a | translate({'a': 'b'", repeated(", 'a': 'b'"), "})"),
    "JSON of JSON": between("event", repeated(" | to_json"), ""),
}
