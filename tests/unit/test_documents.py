"""Documents in, quotes out: the index, the matching, and how well both do on the question set."""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import ascii_lowercase

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.passages import LONGEST, from_html, from_markdown, from_text
from orchestrator.answerers.documents.quoting import quote
from orchestrator.answerers.documents.terms import terms
from orchestrator.answerers.documents.vocabulary import MOST_MENDED
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.language.detect import detect
from orchestrator.model import Answer, Exchange, Language, Pass, Question
from tests.bench.answers import SAMPLES, measure, questions

LAMPS = """# Lamps

Made by hand.

## Care

Dust the shade with a dry cloth. Never use water! It takes 5 min. at most.

## Shipping

Lamps leave on [Mondays](https://example.com/calendar).
"""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> DocumentIndex:
    index = DocumentIndex(tmp_path_factory.mktemp("samples") / "documents.sqlite")
    index.add([SAMPLES])
    return index


@pytest.fixture
def index(tmp_path: Path) -> DocumentIndex:
    return DocumentIndex(tmp_path / "documents.sqlite")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    folder.joinpath("lamps.md").write_text(LAMPS)
    return folder


def asking(text: str, language: Language = "en", max_characters: int = 459, *before: Exchange) -> Question:
    return Question(
        text=text,
        channel="sms",
        conversation_id="sms-00000000000000000000000000000000-0",
        turn_id="0" * 32,
        language=language,
        history=before,
        max_characters=max_characters,
    )


def answered(index: DocumentIndex, question: Question) -> Answer:
    answer = DocumentsAnswerer(index).answer(question)
    assert isinstance(answer, Answer), answer
    return answer


# ── how well ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_question_set_is_answered_as_well_as_measured(samples: DocumentIndex) -> None:
    tuned = measure(DocumentsAnswerer(samples), [each for each in questions() if not each.held_out])
    held_out = measure(DocumentsAnswerer(samples), [each for each in questions() if each.held_out])
    assert tuned.share_answered_right >= 0.91, tuned.mistakes
    assert tuned.share_rightly_passed >= 0.96, tuned.mistakes
    assert held_out.share_answered_right >= 0.70, held_out.mistakes
    assert held_out.share_rightly_passed >= 0.93, held_out.mistakes


def test_the_question_set_asks_in_both_languages_and_of_every_sample() -> None:
    asked = questions()
    assert {each.expected_document for each in asked} == {
        None,
        *(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*.md")),
    }
    for language in ("en", "es"):
        of_language = [each for each in asked if each.language == language]
        assert len(of_language) >= 60
        assert sum(each.expected_document is None for each in of_language) >= len(of_language) / 4


# ── what it may cost ───────────────────────────────────────────────────────────────────────────────────────────────


LETTERS = "qzxwvkjyqzxwv"


@pytest.mark.parametrize(
    "hostile",
    [
        lambda size: LETTERS * (size // len(LETTERS)),
        lambda size: " ".join(f"{LETTERS[i % 13 :]}{LETTERS[: i % 7]}" for i in range(size // 10)),
        lambda size: ",".join(
            f"{LETTERS[i % 13]}{LETTERS[i % 11]}{i % 97:b}".replace("0", "q") for i in range(size // 6)
        ),
        lambda size: "ﷺ" * (size // 3),
    ],
    ids=["one word", "words", "clauses", "ligatures"],
)
def test_a_message_four_times_as_long_costs_no_more(samples: DocumentIndex, hostile: Callable[[int], str]) -> None:
    """The bounds of mending, of clauses and of what is read: 250 letters mended cost what 1,000 do."""
    answerer = DocumentsAnswerer(samples)

    def cost(size: int) -> float:
        text = hostile(size)
        return min(_seconds(lambda: (answerer.answer(asking(text)), detect(text, None, "en"))) for _ in range(5))

    assert cost(60_000) <= 2.5 * cost(15_000)


def test_a_long_word_is_not_mended_and_few_words_are(samples: DocumentIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    mended: list[str] = []

    def counted(term: str) -> set[str]:
        mended.append(term)
        return set()

    monkeypatch.setattr("orchestrator.answerers.documents.vocabulary.one_slip_away", counted)
    DocumentsAnswerer(samples).answer(asking("q" * 1000))
    assert mended == []
    DocumentsAnswerer(samples).answer(asking(" ".join(f"zx{letter}qwv" for letter in ascii_lowercase)))
    assert len(mended) == 2 * MOST_MENDED, "in each language"


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


# ── answers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_quotes_a_document_and_names_it(samples: DocumentIndex) -> None:
    answer = answered(samples, asking("do you ship to canada"))
    source = (SAMPLES / "en" / "shipping.md").read_text()
    assert answer.text in source
    assert (answer.source, answer.language, answer.answerer_id) == ("documents", "en", "documents.sqlite")
    (citation,) = answer.citations
    assert citation.uri == "en/shipping.md"
    assert citation.title == "Shipping and delivery: Where do you deliver?"
    assert citation.excerpt == answer.text


def test_a_pass_offers_the_headings_of_the_two_nearest_passages(index: DocumentIndex, folder: Path) -> None:
    index.add([folder])
    passed = DocumentsAnswerer(index).answer(asking("soaping shades some mondays"))
    assert isinstance(passed, Pass)
    assert passed.offers == ("Shipping", "Care")
    by_its_heading = DocumentsAnswerer(index).answer(asking(passed.offers[1]))
    assert isinstance(by_its_heading, Answer)
    assert "dry cloth" in by_its_heading.text


def test_a_question_about_something_else_is_passed_with_the_reason(samples: DocumentIndex) -> None:
    passed = DocumentsAnswerer(samples).answer(asking("is there a student discount"))
    assert isinstance(passed, Pass)
    assert "% of the question" in passed.reason


@pytest.mark.parametrize("text", ["", "ok thanks", "👍", "…", "and the of"])
def test_a_message_that_asks_nothing_is_passed(samples: DocumentIndex, text: str) -> None:
    assert DocumentsAnswerer(samples).answer(asking(text)) == Pass("no document mentions what is asked")


@pytest.mark.parametrize("text", ["EXAMPLE", "help@example.com", "https://example.com/track", "www.example.com"])
def test_addresses_and_links_are_no_words(samples: DocumentIndex, text: str) -> None:
    assert isinstance(DocumentsAnswerer(samples).answer(asking(text)), Pass)


def test_a_heading_that_asks_the_question_goes_before_a_text_that_mentions_as_much(
    index: DocumentIndex, folder: Path
) -> None:
    folder.joinpath("visits.md").write_text(
        "# Visits\n\n## When may I bring it?\n\nTea, while it is open."
        "\n\n## Is it far from the station on foot with small children and a dog? When is it open?"
        "\n\nThe garden: from May to July."
    )
    index.add([folder])
    answer = answered(index, asking("when is it open"))
    assert answer.text == "The garden: from May to July."
    assert answer.citations[0].title.startswith("Visits: Is it far")


def test_an_everyday_word_finds_the_formal_one(samples: DocumentIndex) -> None:
    assert "two years" in answered(samples, asking("guarantee on lamps")).text
    assert "American Express" in answered(samples, asking("amex?")).text
    assert "exchange" in answered(samples, asking("can i swap it")).text
    assert "90 minutos" in answered(samples, asking("hay parking", "es")).text


def test_an_empty_index_passes(index: DocumentIndex) -> None:
    assert isinstance(DocumentsAnswerer(index).answer(asking("shipping")), Pass)


def test_a_document_in_the_questions_language_goes_first(samples: DocumentIndex) -> None:
    assert answered(samples, asking("PayPal", "en")).citations[0].uri == "en/payment.md"
    assert answered(samples, asking("PayPal", "es")).citations[0].uri == "es/pago.md"


def test_a_document_in_the_other_language_is_better_than_none(index: DocumentIndex, folder: Path) -> None:
    index.add([folder])
    assert "Mondays" in answered(index, asking("shipping", "es")).text


def test_accents_case_and_one_slip_of_the_finger_do_not_matter(samples: DocumentIndex) -> None:
    for text in ("GARANTIA LAMPARAS", "garantía lámparas", "garntia lamparas"):
        assert "dos años" in answered(samples, asking(text, "es")).text


def test_a_follow_up_is_understood_from_the_question_before(samples: DocumentIndex) -> None:
    shipping = Exchange("how long does shipping take", "3 to 5 working days")
    warranty = Exchange("how long is the warranty on lamps", "two years")
    assert "$5.90" in answered(samples, asking("and how much?", "en", 459, shipping)).text
    assert (
        "3 to 5"
        in answered(samples, asking("and how long?", "en", 459, Exchange("how much is shipping", "$5.90"))).text
    )
    assert "7 to 10 in Spain" in answered(samples, asking("and to spain?", "en", 459, shipping)).text
    assert "five years" in answered(samples, asking("and for furniture?", "en", 459, warranty)).text


def test_a_long_message_is_answered_when_one_clause_asks_something(samples: DocumentIndex) -> None:
    text = "Hello! My grandmother visited from Ohio and broke everything, do you have gift cards?"
    assert "Gift cards" in answered(samples, asking(text)).text


@pytest.mark.slow
def test_a_very_long_message_is_read_in_part(samples: DocumentIndex) -> None:
    long = "please, " * 200
    assert isinstance(DocumentsAnswerer(samples).answer(asking(f"{long} is shipping free?")), Pass)
    before = Exchange(f"{long} the cost of shipping", "…")
    assert isinstance(DocumentsAnswerer(samples).answer(asking("and how long?", "en", 459, before)), Pass)


@pytest.mark.parametrize(
    "text", ['"', "'", "a AND b", "NOT lamp", "NEAR(lamp care, 2)", "title:lamp", "lamp*", "^lamp", "{lamp}"]
)
def test_query_syntax_is_a_persons_words(samples: DocumentIndex, text: str) -> None:
    samples.search(text, "en")  # what is not escaped raises sqlite3.OperationalError


def test_or_and_not_change_nothing(index: DocumentIndex, folder: Path) -> None:
    index.add([folder])
    assert index.search("shade NOT cloth", "en")[0].text == index.search("shade cloth", "en")[0].text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80), st.integers(1, 400))
def test_whatever_is_written_gets_an_answer_that_fits_or_a_pass(samples: DocumentIndex, text: str, room: int) -> None:
    for question in (text, f"shipping {text}"):
        answer = DocumentsAnswerer(samples).answer(asking(question, "en", room))
        assert isinstance(answer, Pass) or 0 < len(answer.text) <= room


# ── quotes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PASSAGE = "We open at 9 a.m. Monday to Friday. Dogs are welcome. Parking is free for 90 minutes. The bus stops outside."


def test_a_quote_takes_the_sentences_that_say_what_was_asked() -> None:
    assert quote(PASSAGE, {"park": 2.0}, "en", 40) == "Parking is free for 90 minutes."
    assert quote(PASSAGE, {"dog": 1.0, "park": 2.0}, "en", 50) == "Dogs are welcome. Parking is free for 90 minutes."


def test_a_quote_is_whole_where_it_fits() -> None:
    assert quote(PASSAGE, {}, "en", len(PASSAGE)) == PASSAGE


def test_a_quote_does_not_end_a_sentence_at_an_abbreviation() -> None:
    assert quote(PASSAGE, {"open": 1.0}, "en", 30) == "We open at 9 a.m. Monday to…"


def test_only_a_sentence_that_is_too_long_is_cut_after_a_word() -> None:
    assert quote(PASSAGE, {"park": 1.0}, "en", 20) == "Parking is free for…"
    assert quote("x" * 50, {}, "en", 20) == "x" * 19 + "…"


# ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_markdown_is_cut_at_its_headings() -> None:
    document = from_markdown(LAMPS)
    assert document.title == "Lamps"
    assert [(passage.heading, passage.text) for passage in document.passages] == [
        ("", "Made by hand."),
        ("Care", "Dust the shade with a dry cloth. Never use water! It takes 5 min. at most."),
        ("Shipping", "Lamps leave on Mondays (https://example.com/calendar)."),
    ]


def test_html_gives_its_text_and_nothing_of_its_machinery() -> None:
    page = """<!doctype html><html><head><title>Old title</title><style>p {color: red}</style>
        <link rel="canonical" href="https://example.com/lamps"></head><body><nav>Home</nav><h1>Lamps &amp; more</h1>
        <p>One <b>bold</b> word<p>Two<ul><li>first<li>second</ul><h2>Prices</h2>
        <table><tr><td>Lamp<td>$5</table><script>alert("x < y")</script></body></html>"""
    document = from_html(page)
    assert (document.title, document.uri) == ("Lamps & more", "https://example.com/lamps")
    assert [(passage.heading, passage.text) for passage in document.passages] == [
        ("", "One bold word\nTwo\nfirst\nsecond"),
        ("Prices", "Lamp $5"),
    ]


def test_the_first_line_of_a_text_is_its_title() -> None:
    document = from_text("Lamps\r\n\r\nMade by hand,\r\nin Spain.\r\n\r\nSold here.")
    assert document.title == "Lamps"
    assert document.text == "Made by hand, in Spain.\nSold here."
    assert from_text("Just one line").text == "Just one line"


@pytest.mark.parametrize(
    "text",
    [
        "Lamps\n\nCare\n\nDust the shade.\n\nShipping\n\nBy post.",
        "Lamps\n=====\n\nCare\n----\nDust the shade.\n\nShipping\n--------\nBy post.",
        "LAMPS\n\nCARE\nDust the shade.\n\nSHIPPING\nBy post.",
        "# Lamps\n\n## Care\n\nDust the shade.\n\n## Shipping\n\nBy post.",
    ],
)
def test_a_line_that_stands_alone_is_underlined_or_in_capitals_heads_the_text_below(text: str) -> None:
    document = from_text(text)
    assert document.title.title() == "Lamps"
    assert [(each.heading.title(), each.text) for each in document.passages] == [
        ("Care", "Dust the shade."),
        ("Shipping", "By post."),
    ]


@pytest.mark.parametrize("line", ["- by post", "• by post", "By post.", "By post,", "by post " * 11])
def test_a_line_of_a_list_or_a_sentence_heads_nothing(line: str) -> None:
    document = from_text(f"Lamps\n\nShipping\n\n{line}\n\nFrom Monday on.")
    assert [each.heading for each in document.passages] == ["Shipping"]


def test_the_last_line_of_a_text_heads_nothing() -> None:
    assert from_text("Lamps\n\nDust the shade.\n\nYour team").text == "Dust the shade.\nYour team"


def test_a_long_section_is_cut_at_its_paragraphs() -> None:
    document = from_text("\n\n".join(["Lamps", *(f"{number} " + "word " * 100 for number in range(6))]))
    assert len(document.passages) == 3
    assert all(len(passage.text) <= LONGEST for passage in document.passages)
    assert document.passages[1].text.startswith("2 ")


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", ["ship", "ships", "shipped", "shipping", "SHIPPING"]),
        ("en", ["delivery", "deliver", "deliveries", "delivered"]),
        ("es", ["devolver", "devolverlo"]),
        ("es", ["envío", "envios", "enviar", "envían", "enviamos"]),
        ("es", ["lámpara", "lamparas"]),
        ("es", ["dañado", "dañada", "dañados"]),  # not the dan of dar
        ("en", ["refund", "money back", "reimbursement"]),
        ("en", ["4", "4th"]),
    ],
)
def test_the_forms_of_a_word_are_one_term(language: Language, forms: list[str]) -> None:
    (form,) = {tuple(terms(form, language)) for form in forms}
    assert form


# ── the index ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_adding_again_costs_nothing_and_a_change_is_seen(index: DocumentIndex, folder: Path) -> None:
    path = str(folder / "lamps.md")
    assert index.add([folder]).added == (path,)
    assert index.add([folder]).unchanged == (path,)
    folder.joinpath("lamps.md").write_text("# Lamps\n\nNow made of glass.")
    assert index.add([folder]).changed == (path,)
    assert [match.text for match in index.search("glass lamps", "en")] == ["Now made of glass."]
    assert index.search("shade", "en") == []


def test_each_file_that_is_not_read_has_its_reason(index: DocumentIndex, folder: Path) -> None:
    folder.joinpath("price.rtf").write_bytes(b"{rtf1}")
    folder.joinpath("latin.txt").write_bytes("año".encode("latin-1"))
    folder.joinpath("empty.html").write_text("<p> </p>")
    folder.joinpath(".hidden.md").write_text("# No")
    report = index.add([folder, folder / "missing.md"])
    assert report.added == (str(folder / "lamps.md"),)
    assert {Path(path).name: reason for path, reason in report.refused.items()} == {
        "price.rtf": "is not of a kind that is read: .md, .markdown, .html, .htm, .txt, .pdf, .docx",
        "latin.txt": "is not UTF-8 text: byte 1 is 0xf1",
        "empty.html": "has no text",
        "missing.md": "cannot be read: No such file or directory",
    }


def test_documents_are_listed_with_title_language_and_passages(index: DocumentIndex, folder: Path) -> None:
    folder.joinpath("es").mkdir()
    folder.joinpath("es", "sobre-la-tienda.txt").write_text("La tienda abre los lunes y también los martes.")
    index.add([folder])
    assert [(each.name, each.title, each.language, each.passages) for each in index.list()] == [
        ("es/sobre-la-tienda.txt", "Sobre la tienda", "es", 1),
        ("lamps.md", "Lamps", "en", 3),
    ]


def test_a_removed_document_answers_no_more_even_if_its_file_is_gone(index: DocumentIndex, folder: Path) -> None:
    index.add([folder])
    folder.joinpath("lamps.md").unlink()
    assert index.remove([folder]) == (str(folder / "lamps.md"),)
    assert (index.list(), index.search("lamps", "en"), index.remove([folder])) == ((), [], ())


def test_a_folder_is_not_taken_for_another_that_begins_alike(index: DocumentIndex, folder: Path) -> None:
    index.add([folder])
    assert index.remove([folder.with_name("sho")]) == ()


def test_several_threads_may_make_fill_and_ask_one_index(index: DocumentIndex, folder: Path) -> None:
    for number in range(8):
        folder.joinpath(f"page{number}.txt").write_text(f"Page\n\nThe word of page {number} is zebra{number}.")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: index.add([folder / f"page{number}.txt"]), range(8)))
        found = list(pool.map(lambda number: index.search(f"zebra{number}", "en"), range(8)))
    assert all(matches and f"zebra{number}" in matches[0].text for number, matches in enumerate(found))


def test_an_index_of_another_version_says_what_to_do(index: DocumentIndex, folder: Path) -> None:
    index.add([folder])
    with sqlite3.connect(index.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ConfigurationError, match="delete the file and add the documents again"):
        index.search("lamps", "en")


def test_an_index_of_the_version_before_answers_and_is_read_anew_when_added(index: DocumentIndex, folder: Path) -> None:
    index.add([folder])
    with sqlite3.connect(index.path) as connection:
        connection.executescript("DROP TABLE meanings; PRAGMA user_version = 2")
    connection.close()
    assert index.search("lamps", "en")
    assert len(index.add([folder]).changed) == 1
    assert index.add([folder]).changed == ()


def test_a_file_that_is_no_index_and_a_folder_that_is_not_there_are_the_operators(tmp_path: Path) -> None:
    tmp_path.joinpath("notes.txt").write_text("not a database, but long enough to look like one " * 100)
    for path in (tmp_path / "notes.txt", tmp_path / "nowhere" / "documents.sqlite"):
        with pytest.raises(ConfigurationError, match="cannot be used"):
            DocumentIndex(path).list()


def test_a_locked_index_is_asked_again_later(
    index: DocumentIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.list()
    monkeypatch.setattr("orchestrator.answerers.documents.index_database.BUSY_S", 0.0)
    other = sqlite3.connect(index.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UpstreamError, match="locked"):
        index.add([folder])
    other.close()
