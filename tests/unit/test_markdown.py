import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.channels.text.markdown import to_html, to_plain, to_whatsapp

ORDINARY_TEXT = [
    "2 * 3 * 4",
    "2*3*4 = 24",
    "snake_case and file_name",
    r"C:\path\new",
    "#1 in the list",
    "1986. What a year",
    "1986. What a year\n1990. And this",
    "- 5 degrees",
    "+ 34 600 000 000",
    "a < b > c & d",
    "<b>not markup</b>",
    "Total\n=====",
    "Dear all\n-",
    "[1]: https://example.com/",
    "[see](page.html)",
    "~3 to ~5 days",
    "👩‍👧 ok 👍🏽",
    "`",
    "a\nb\n\nc",
    "",
]


@pytest.mark.parametrize(
    "text",
    ORDINARY_TEXT,
)
def test_text_that_is_no_markdown_comes_through_unharmed(text: str) -> None:
    assert to_plain(text) == text
    assert to_whatsapp(text) == text


def test_indentation_is_no_code() -> None:
    assert to_plain("    indented") == "indented"


@pytest.mark.parametrize(
    ("markdown", "plain", "whatsapp"),
    [
        ("**bold** *it* _it_ ~~no~~ `x*y*`", "bold it it no x*y*", "*bold* _it_ _it_ ~no~ `x*y*`"),
        ("***both***", "both", "_*both*_"),
        ("# Title", "Title", "*Title*"),
        ("## **Bold** title", "Bold title", "*Bold title*"),
        ("**two\nlines**", "two\nlines", "*two*\n*lines*"),
        ("* one\n* two\n  - deep", "- one\n- two\n  - deep", "- one\n- two\n  - deep"),
        ("1. a\n1. b\n1. c", "1. a\n2. b\n3. c", "1. a\n2. b\n3. c"),
        ("3) a\n4) b", "3) a\n4) b", "3) a\n4) b"),
        ("Options:\n- a\n\n- b\n\n  more", "Options:\n- a\n\n- b\n\n  more", "Options:\n- a\n\n- b\n\n  more"),
        ("> one\n>\n> > two", "> one\n>\n> > two", "> one\n>\n> > two"),
        ("|A|B|\n|-|-|\n|1|**2**|", "A | B\n1 | 2", "A | B\n1 | *2*"),
        ("```py\nx = '*'\n```", "x = '*'", "```\nx = '*'\n```"),
        ("``` some words\ncode\n```", "some words\ncode", "```\nsome words\ncode\n```"),
        ("````\n```\n````", "```", "```"),
        ("a\\*b\\*", "a*b*", "a*b*"),
        ("***", "---", "---"),
    ],
)
def test_markup_becomes_what_the_channel_shows(markdown: str, plain: str, whatsapp: str) -> None:
    assert to_plain(markdown) == plain
    assert to_whatsapp(markdown) == whatsapp


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[our page](https://example.com/a?b=c_d_e)", "our page (https://example.com/a?b=c_d_e)"),
        ("[https://example.com](https://example.com/)", "https://example.com/"),
        ("[example.com](https://www.example.com)", "https://www.example.com"),
        ("<https://example.com>", "https://example.com"),
        ("[](https://example.com)", "https://example.com"),
        ("<help@example.com>", "help@example.com"),
        ("[write](mailto:help@example.com)", "write (help@example.com)"),
        ("[+34 600](tel:+34600)", "+34600"),
        ("![a cat](https://example.com/cat.png)", "a cat (https://example.com/cat.png)"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
    ],
)
def test_a_link_shows_its_address_once(markdown: str, shown: str) -> None:
    assert to_plain(markdown) == shown
    assert to_whatsapp(markdown) == shown


@pytest.mark.parametrize("text", [r"\*not bold\*", r"say \_so\_ now", r"\~x\~", r"\`x\`"])
def test_a_literal_mark_that_whatsapp_would_read_is_guarded(text: str) -> None:
    shown = to_whatsapp(text)
    assert shown.replace("\N{WORD JOINER}", "") == text.replace("\\", "")
    assert re.search(r"\N{WORD JOINER}[*_~`]", shown)


def test_html_escapes_what_the_answer_says() -> None:
    assert to_html('<script>alert("1")</script>') == "<p>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</p>\n"


def test_html_keeps_lines_and_numbers() -> None:
    assert to_html("a\nb") == "<p>a<br />\nb</p>\n"
    assert 'value="1986"' in to_html("1986. a\n1990. b")
    assert 'value="1990"' in to_html("1986. a\n1990. b")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


ALLOWED = {"p", "br", "strong", "em", "s", "code", "pre", "a", "ul", "ol", "li", "blockquote", "hr"}
ALLOWED |= {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
HOSTILE = ["<script>", "<img src=x onerror=1>", "](", "![", "[a]", "javascript:", "data:text/html,", '"', "'", ")", "<"]
HOSTILE += [
    "https://e.com/",
    " onclick=",
    "`",
    "&lt;",
    "java\tscript:",
    "> ",
    "- ",
    "|",
    "\n",
    "|-|-|\n",
    "#",
    "*",
    "```",
]


@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=3), max_size=30).map("".join))
def test_html_holds_only_harmless_tags_and_links(text: str) -> None:
    tags = Tags()
    tags.feed(to_html(text))
    for tag, attributes in tags.seen:
        assert tag in ALLOWED
        assert set(attributes) <= {"href", "title", "class", "start", "value", "style"}
        assert re.match(r"(https?|mailto|tel):", attributes.get("href") or "https:", re.IGNORECASE)


NO_MARKUP = re.compile(
    r"[^<&`~]*"
)  # no address in <>, no &entity;, no fence with a language: these are read, not shown


@given(st.from_regex(NO_MARKUP, fullmatch=True))
def test_every_letter_and_digit_of_a_plain_text_survives(text: str) -> None:
    said = [sign for sign in text if sign.isalnum()]
    for shown in (to_plain(text), to_whatsapp(text)):
        assert [sign for sign in shown if sign.isalnum()] == said


@given(
    st.lists(st.sampled_from([*ORDINARY_TEXT, "> ", "- ", "  ", "1. ", "\n", "*", "_", "[", "](", ")"]), max_size=40)
)
def test_every_letter_survives_whatever_looks_like_markup(pieces: list[str]) -> None:
    text = "".join(pieces)
    said = [sign for sign in text if sign.isalpha()]
    for shown in (to_plain(text), to_whatsapp(text)):
        assert [sign for sign in shown if sign.isalpha()] == said


@pytest.mark.parametrize("sign", ["> ", "- ", "1. "])
def test_a_text_nested_beyond_reason_is_shown_as_it_is(sign: str) -> None:
    text = sign * 200 + "deep <b>"
    assert to_plain(text) == text
    assert "deep &lt;b&gt;" in to_html(text)


def test_what_no_json_can_carry_is_replaced() -> None:
    for write in (to_plain, to_whatsapp, to_html):
        assert "a\N{REPLACEMENT CHARACTER}b\N{GRINNING FACE}" in write("a\ud83db\ud83d\ude00")
