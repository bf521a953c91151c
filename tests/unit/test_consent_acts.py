"""What becomes of a STOP or START, by verdict and by where answers go: the whole table."""

from datetime import timedelta
from typing import get_args

import msgspec
import pytest

from orchestrator.consent.acts import Word, act_on, why
from orchestrator.keys import Keys
from orchestrator.model import InboundMessage, Verdict
from tests.kit import NOON
from tests.unit.email_kit import OURS, message, written

ANA = "email-" + "a" * 16
TABLE = """
verdict            answers go      stop                  start
none: a phone      back            take_effect           take_effect
confirmed          back            take_effect           take_effect
confirmed          elsewhere       take_effect           take_effect
pass               back            take_effect           take_effect
pass               elsewhere       ask                   ignore
gray               back            take_effect_and_tell  ask
gray               elsewhere       ask                   ignore
unknown            back            take_effect_and_tell  ask
unknown            elsewhere       ask                   ignore
fail               back            ask                   ignore
fail               elsewhere       ask                   ignore
"""


def judged(verdict: Verdict | None, *, elsewhere: bool) -> InboundMessage:
    """As the email channel makes it, or a phone's."""
    if verdict is None:
        return InboundMessage("sms", "m1", "+12065550100", "+14255550101", "STOP", NOON)
    status = {"confirmed": "GRAY", "unknown": "PROCESSING_FAILED"}.get(verdict, verdict.upper())
    mail = written("STOP", *(["Reply-To: bob@other.example"] if elsewhere else []))
    made = message(mail, dmarcVerdict={"status": status}, dmarcPolicy="none")
    return msgspec.structs.replace(made, verdict="confirmed") if verdict == "confirmed" else made


def test_every_verdict_has_its_act() -> None:
    words: tuple[Word, ...] = get_args(Word)
    printed = [f"\n{'verdict':18} {'answers go':15} {'stop':21} start\n"]
    verdicts: tuple[Verdict | None, ...] = (None, "confirmed", "pass", "gray", "unknown", "fail")
    for verdict in verdicts:
        for elsewhere in (False, True) if verdict else (False,):
            made = judged(verdict, elsewhere=elsewhere)
            acts = [act_on(word, made) for word in words]
            name, where = verdict or "none: a phone", "elsewhere" if elsewhere else "back"
            printed.append(f"{name:18} {where:15} {acts[0]:21} {acts[1]}\n")
    print("".join(printed))
    assert "".join(printed) == TABLE


def test_the_table_has_every_verdict() -> None:
    assert {line.split()[0] for line in TABLE.splitlines()[2:]} == {"none:", *get_args(Verdict)}


@pytest.mark.parametrize(
    ("verdict", "elsewhere", "says"),
    [
        (None, False, ""),
        ("confirmed", False, "it answers our mail"),
        ("pass", False, "proven"),
        ("pass", True, "another address"),
        ("gray", False, "nobody vouches for the sender (DMARC: gray)"),
        ("fail", False, "fails DMARC"),
    ],
)
def test_the_operator_reads_why(verdict: Verdict | None, elsewhere: bool, says: str) -> None:
    found = why(judged(verdict, elsewhere=elsewhere))
    assert says in found
    assert bool(says) is bool(found)


def test_a_proof_holds_for_its_person_until_its_hour_ends() -> None:
    keys, until = Keys(b"a secret for tests"), NOON + timedelta(days=7)
    proof = keys.proof(ANA, until)
    assert proof == keys.proof(ANA, until)
    assert len(proof) == 26
    assert keys.proves(proof, ANA, until)
    assert keys.proves(proof.upper(), ANA, NOON)
    assert not keys.proves(proof, ANA, until + timedelta(hours=1))
    assert not keys.proves(proof, "email-" + "b" * 16, NOON)
    assert not Keys(b"another secret of us").proves(proof, ANA, NOON)


@pytest.mark.parametrize("forged", ["", "a", "a" * 26, "7" * 26, "é" * 26, "!" * 26, "a" * 5000])
def test_what_is_no_proof_of_ours_proves_nothing(forged: str) -> None:
    assert not Keys(b"a secret for tests").proves(forged, ANA, NOON)


def test_a_later_end_cannot_be_written_into_a_proof() -> None:
    keys = Keys(b"a secret for tests")
    short, long = keys.proof(ANA, NOON), keys.proof(ANA, NOON + timedelta(days=90))
    assert not keys.proves(long[:6] + short[6:], ANA, NOON + timedelta(days=1))


def test_a_proof_comes_back_by_references_or_by_the_subject() -> None:
    proof = Keys(b"a secret for tests").proof(ANA, NOON)
    by_reference = message(written("STOP", f"References: <root@x.example> <reply-{proof}@parley.invalid>"))
    assert by_reference.proof == proof
    assert by_reference.thread == "root@x.example"
    assert proof not in str(by_reference.detail)
    head = f"From: zoe@person.example\r\nTo: {OURS}\r\nSubject: Re: Your message [ref:{proof.upper()}]\r\n\r\nSTOP"
    by_subject = message(head.encode())
    assert by_subject.proof == proof
    assert by_subject.detail["subject"] == "Re: Your message"
