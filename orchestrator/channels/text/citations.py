"""The line that says where the words come from."""

from orchestrator.model import Content, Language

_LABELS: dict[Language, str] = {"en": "Source", "es": "Fuente"}


def citation_line(content: Content, *, linked: bool) -> str:
    """ "(Source: Returns, Shipping)", as plain text and each document once; "" for content without citations.

    `linked` adds the address of those that are on the web.
    """
    shown = [
        f"{citation.title} {citation.uri}" if linked and citation.uri.startswith("https://") else citation.title
        for citation in content.citations
    ]
    return f"({_LABELS[content.language]}: {', '.join(dict.fromkeys(shown))})" if shown else ""
