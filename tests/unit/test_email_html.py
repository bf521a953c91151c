"""HTML mails as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.channels.email.html import HISTORY, html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two<br>three</div>", "one\ntwo\nthree"),
        ("a <b>bold</b>\n  word&nbsp;&amp; &eacute;", "a bold word\u00a0& é"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        (
            "before<blockquote>quoted<blockquote>twice</blockquote></blockquote>after",
            "before\n> quoted\n>> twice\nafter",
        ),
        ("<p>seen</p><p style='color:red; DISPLAY: none'>hidden</p><script>x</script><style>y</style>", "seen"),
        ("<p>seen</p><div class='gmail_signature'>Zoe</div>", "seen"),
        ("<p>new</p><div id='divRplyFwdMsg'>From: Ana</div>", f"new\n\n{HISTORY}\nFrom: Ana"),
        ("no tags at all", "no tags at all"),
        ("", ""),
    ],
)
def test_html_reads_as_a_browser_shows_it(html: str, text: str) -> None:
    assert html_to_text(html) == text


@given(st.text())
def test_any_text_is_html(html: str) -> None:
    html_to_text(html).encode()


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<table>", "<td>", "</td>", "<blockquote>", "</blockquote>", "<br>", "x"]))
)
def test_no_word_is_lost_whatever_the_tags(pieces: list[str]) -> None:
    assert html_to_text("".join(pieces)).count("x") == pieces.count("x")
