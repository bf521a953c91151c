"""Words that are not a question: consent (STOP, HELP, START and their kin) and the wish to begin anew.

The opt-out words are the provider's list and the FCC's additions.
Sources: https://docs.aws.amazon.com/sms-voice/latest/userguide/keywords.html (ARRET … UNSUBSCRIBE, HELP; a message that
*begins with* STOP or HELP is answered by the service itself while opt-outs are managed); 47 CFR 64.1200(a)(10) (revoke,
opt out).
"""

import unicodedata
from collections.abc import Collection
from typing import Literal

Command = Literal["stop", "help", "start", "restart"]

STOP = frozenset(
    "arret baja cancel end optout quit remove revoke stop stopall td unsubscribe".split()  # noqa: SIM905
)
HELP = frozenset({"ayuda", "help", "info"})
START = frozenset({"alta", "optin", "start", "subscribe", "unstop"})
# What AWS answers itself while it manages opt-outs.
PROVIDER_STOP = frozenset("arret cancel end opt-out optout quit remove stop td unsubscribe".split())  # noqa: SIM905
PROVIDER_HELP = frozenset({"help"})


def compact(text: str) -> str:
    """Letters and digits only, folded: "S.T.O.P!" and "Opt-Out" become "stop" and "optout"."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def consent_command(text: str) -> Command | None:
    """The consent word that the whole message is; a word within a sentence is no command."""
    word = compact(text)
    if word in STOP:
        return "stop"
    if word in HELP:
        return "help"
    return "start" if word in START else None


def is_restart(text: str, restart_words: Collection[str]) -> bool:
    """Whether the whole message is one of the operator's restart words."""
    return compact(text) in {compact(word) for word in restart_words} - {""}


def provider_command(text: str) -> Command | None:
    """What the provider makes of a message while it manages opt-outs: it looks at the first word only.

    START and its kin count as the whole message, since they undo what the provider keeps.
    """
    words = text.split(maxsplit=1)
    first = words[0].casefold().rstrip(".,!?;:") if words else ""
    if first in PROVIDER_STOP:
        return "stop"
    if first in PROVIDER_HELP:
        return "help"
    return "start" if consent_command(text) == "start" else None
