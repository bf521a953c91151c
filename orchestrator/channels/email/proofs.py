"""How a mail asks for a sign that it was read, and how the sign comes back.

What we send has the proof (keys.py) in its References and in its subject, for some programs drop the one and others the
other; an answer has whichever was kept. No address carries it: not every receipt rule takes addresses with a +tag.
"""

import re

from orchestrator.channels.email.mime import Mail

_SIGN = re.compile(r"<reply-([a-z2-7]{26})@parley\.invalid>|\[ref:([a-z2-7]{26})\]", re.IGNORECASE)


def proof_in(mail: Mail) -> str:
    """What came back, unverified; the latest where there are several, "" where there is none."""
    found = _SIGN.findall(" ".join((*mail.references, mail.subject)))
    return "".join(found[-1]).lower() if found else ""


def without_proofs(text: str) -> str:
    """A subject, or References, without them: nobody but this one mail's reader is to have them."""
    return " ".join(_SIGN.sub("", text).split()) if _SIGN.search(text) else text


def as_reference(proof: str) -> str:
    """For the References."""
    return f"<reply-{proof}@parley.invalid>"


def as_subject(subject: str, proof: str) -> str:
    """The subject with the proof behind it."""
    return f"{subject[:120].rstrip()} [ref:{proof}]"
