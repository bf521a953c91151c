from orchestrator.channels.text.citations import citation_line
from orchestrator.model import Citation, Content

CITATIONS = (Citation("Returns", "https://example.com/returns"), Citation("Notes", "s3://bucket/notes"))


def test_each_document_is_named_once() -> None:
    assert citation_line(Content("", citations=CITATIONS * 2), linked=False) == "(Source: Returns, Notes)"


def test_a_document_on_the_web_is_linked_where_the_channel_has_room() -> None:
    line = citation_line(Content("", language="es", citations=CITATIONS), linked=True)
    assert line == "(Fuente: Returns https://example.com/returns, Notes)"


def test_an_answer_without_sources_has_no_such_line() -> None:
    assert citation_line(Content("Hi"), linked=True) == ""
