"""The mail addresses that a hub answers for."""

from infra.local.aws_checks.subject import Subject


def domains(subject: Subject) -> list[str]:
    """Domains of the settings' own addresses, each once, in order."""
    return list(dict.fromkeys(address.rpartition("@")[2].lower() for address in subject.settings.email_addresses))
