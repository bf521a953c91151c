"""The line that says where an answer's words come from."""

from orchestrator.model import Answer, Language

_LABELS: dict[Language, str] = {"en": "Source", "es": "Fuente"}


def citation_line(answer: Answer, *, linked: bool) -> str:
    """ "(Source: Returns, Shipping)", as plain text and each document once; "" for an answer without citations.

    `linked` adds the address of those that are on the web.
    """
    shown = [
        f"{citation.title} {citation.uri}" if linked and citation.uri.startswith("https://") else citation.title
        for citation in answer.citations
    ]
    return f"({_LABELS[answer.language]}: {', '.join(dict.fromkeys(shown))})" if shown else ""
