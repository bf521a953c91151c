"""What somebody who forges mail can bring about, embedded and through the handlers: each attack once worked."""

import email
import email.policy
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest

from infra.local.providers.email import inbound_event
from infra.operating.erasure.person import Person
from infra.operating.erasure.report import Report
from infra.operating.erasure.table import Table
from orchestrator.model import Answer, Question
from tests.kit import Driven, StubAnswerer, chosen, notification
from tests.lines import BACKENDS
from tests.stories.test_faults import SENT_NOT_KEPT, Killer, Run
from tests.stories.test_ingest import ingest, rows, run
from tests.unit.email_kit import OURS, EmailLine, plain_text

ANA, BOB, CAROL, MALLORY = (f"{name}@person.example" for name in ("ana", "bob", "carol", "mallory"))
LINK = "https://evil.example/now"
WORDS = f"Buy at {LINK}"

deployments = pytest.mark.parametrize("backend", ["embedded", pytest.param("deployed", marks=pytest.mark.slow)])


@dataclass
class World:
    """A machine that answers mail, and whoever writes to it."""

    machine: Driven
    stub: StubAnswerer
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def writes(
        self, sender: str, text: str, dmarc: str = "", *headers: str, policy: str = "none", drained: bool = True
    ) -> bytes:
        """One mail, in a thread of its own unless the headers name one; answered, unless it is to wait."""
        number = next(self._numbers)
        named = ("", *headers)
        lines = [f"From: {sender}", f"Message-ID: <m{number}@person.example>"]
        if not any(each.startswith("Subject:") for each in named):
            lines.append(f"Subject: Question {number}")
        content = "\r\n".join((*lines, *headers, "", text)).encode()
        event = inbound_event(content, self.machine.clock.now, OURS)
        if dmarc:
            event["receipt"] |= {"dmarcVerdict": {"status": dmarc}, "dmarcPolicy": policy}
        return self.delivered(notification(event, self.machine.clock.now), drained=drained)

    def delivered(self, event: bytes, *, drained: bool = True) -> bytes:
        deliver: Any = self.machine
        deliver.deliver(event)
        if drained:
            self.machine.drain()
        return event

    def answers(
        self, latest: EmailMessage, text: str, sender: str, dmarc: str = "", *, subject_only: bool = False
    ) -> None:
        """What a mail program sends for "reply" to a mail of ours."""
        subject = f"Subject: Re: {latest['subject'].removeprefix('Re: ')}"
        references = (
            "In-Reply-To: <0102-x@eu-west-1.amazonses.com>" if subject_only else f"References: {latest['references']}"
        )
        self.writes(sender, text, dmarc, subject if subject_only else "Subject: Re: changed", references)

    @property
    def mails(self) -> list[tuple[str, EmailMessage]]:
        """Every mail we sent, and to whom."""
        line: Any = self.machine.line
        return [
            (
                request["Destination"]["ToAddresses"][0],
                email.message_from_bytes(request["Content"]["Raw"]["Data"], policy=email.policy.default),
            )
            for request in line.sent
        ]

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for receiver, mail in self.mails if receiver == address]

    def is_answered(self, address: str, dmarc: str = "PASS") -> bool:
        before = len(self.to(address))
        self.writes(address, "When do you open?", dmarc)
        return len(self.to(address)) == before + 1


def said(mail: EmailMessage) -> str:
    return plain_text(mail.as_bytes())


def world(backend: str, path: Path, **settings: object) -> World:
    stub = StubAnswerer()
    line = EmailLine()
    machine: Driven = BACKENDS[backend](path, line=line, answerers=[stub], settings=chosen(**settings))
    return World(machine, stub)


# ── consent ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@deployments
def test_a_forged_stop_leaves_a_person_subscribed_and_asks_them_once(tmp_path: Path, aws: None, backend: str) -> None:
    shop = world(backend, tmp_path)
    for _ in range(5):
        shop.writes(ANA, "STOP", "FAIL")
    (asked,) = shop.to(ANA)
    assert "reply STOP" in said(asked)
    assert shop.is_answered(ANA)


@deployments
def test_a_stop_with_somebody_elses_reply_to_opts_out_nobody_and_asks_who_wrote(
    tmp_path: Path, aws: None, backend: str
) -> None:
    shop = world(backend, tmp_path)
    shop.writes(MALLORY, "STOP", "PASS", f"Reply-To: {BOB}")
    assert shop.to(BOB) == []
    (asked,) = shop.to(MALLORY)
    assert "reply STOP" in said(asked)
    assert shop.is_answered(BOB)
    shop.answers(asked, "STOP", MALLORY, "PASS")
    assert not shop.is_answered(MALLORY)
    assert shop.is_answered(BOB)


@deployments
@pytest.mark.parametrize("headers", [(), (f"Reply-To: {CAROL}",)])
def test_a_forged_start_brings_nobody_back_and_sends_no_mail(
    tmp_path: Path, aws: None, backend: str, headers: tuple[str, ...]
) -> None:
    shop = world(backend, tmp_path)
    shop.writes(CAROL, "STOP", "PASS")
    before = len(shop.to(CAROL))
    if headers:
        shop.writes(MALLORY, "START", "PASS", *headers)
    else:
        shop.writes(CAROL, "START", "FAIL")
    assert len(shop.to(CAROL)) == before
    assert not shop.is_answered(CAROL)


@deployments
@pytest.mark.parametrize("dmarc", ["GRAY", "", "PROCESSING_FAILED"])
def test_a_start_that_nobody_vouches_for_needs_an_answer_from_the_mailbox(
    tmp_path: Path, aws: None, backend: str, dmarc: str
) -> None:
    shop = world(backend, tmp_path)
    shop.writes(CAROL, "STOP", "PASS")
    for _ in range(3):
        shop.writes(CAROL, "START", dmarc)
    _, asked = shop.to(CAROL)
    assert "reply START" in said(asked)
    assert not shop.is_answered(CAROL, dmarc)
    shop.answers(asked, "START", CAROL, dmarc)
    assert "You are subscribed again" in said(shop.to(CAROL)[-1])
    assert shop.is_answered(CAROL, dmarc)


@deployments
@pytest.mark.parametrize("subject_only", [False, True])
def test_a_stop_that_nobody_vouches_for_counts_at_once_and_tells_the_way_back_once(
    tmp_path: Path, aws: None, backend: str, subject_only: bool
) -> None:
    shop = world(backend, tmp_path)
    for _ in range(4):
        shop.writes(ANA, "STOP", "GRAY")
    (told,) = shop.to(ANA)
    assert "reply START" in said(told)
    assert not shop.is_answered(ANA, "GRAY")
    shop.answers(told, "START", ANA, "GRAY", subject_only=subject_only)
    assert shop.is_answered(ANA, "GRAY")
    shop.writes(ANA, "STOP", "GRAY")
    assert "reply START" in said(shop.to(ANA)[-1]), "and who has spoken is told anew"


@deployments
def test_a_held_stop_counts_when_its_mailbox_answers_and_lapses_when_it_does_not(
    tmp_path: Path, aws: None, backend: str
) -> None:
    shop = world(backend, tmp_path, consent_question_days=2)
    shop.writes(ANA, "STOP", "FAIL")
    shop.machine.clock.advance(days=2, hours=1)
    (asked,) = shop.to(ANA)
    shop.answers(asked, "STOP", ANA, "FAIL")
    assert len(shop.to(ANA)) == 2, "too late, it is another STOP, and asked about"
    assert shop.is_answered(ANA)
    shop.answers(shop.to(ANA)[1], "STOP", ANA, "FAIL")
    assert "You are unsubscribed" in said(shop.to(ANA)[-1])
    assert not shop.is_answered(ANA)


@deployments
def test_what_proves_one_mailbox_proves_no_other(tmp_path: Path, aws: None, backend: str) -> None:
    shop = world(backend, tmp_path)
    shop.writes(CAROL, "STOP", "PASS")
    shop.writes(MALLORY, "STOP", "FAIL")
    (asked,) = shop.to(MALLORY)
    before = len(shop.mails)
    shop.answers(asked, "START", CAROL, "FAIL")
    assert len(shop.mails) == before
    assert not shop.is_answered(CAROL)


@deployments
@pytest.mark.parametrize("word", ["HELP", "restart"])
def test_no_word_makes_us_write_to_somebody_again_and_again(tmp_path: Path, aws: None, backend: str, word: str) -> None:
    shop = world(backend, tmp_path)
    for _ in range(9):
        shop.writes(ANA, word, "FAIL")
    assert len(shop.to(ANA)) <= 5
    shop.writes(BOB, "STOP", "PASS")
    before = len(shop.to(BOB))
    shop.writes(BOB, word, "FAIL")
    shop.writes(BOB, word, "GRAY")
    assert len(shop.to(BOB)) == before, "who opted out is left alone"


def test_a_change_of_consent_and_a_question_about_one_are_recorded_with_verdict_and_reason(tmp_path: Path) -> None:
    shop = world("embedded", tmp_path)
    shop.writes(ANA, "STOP", "FAIL")
    shop.answers(shop.to(ANA)[0], "STOP", ANA, "FAIL")
    shop.writes(CAROL, "START", "GRAY")
    shop.writes(CAROL, "STOP", "PASS")
    machine: Any = shop.machine
    rows = [each for each in machine.records if each.get("parley") == "consent"]
    found = [(each["their_address"], each["consent"], each["verdict"]) for each in rows]
    assert found == [
        (ANA, "opt_out_asked", "fail"),
        (ANA, "opted_out", "confirmed"),
        (CAROL, "opt_in_asked", "gray"),
        (CAROL, "opted_out", "pass"),
    ]
    assert "fails DMARC" in rows[0]["reason"]
    assert "held until" in rows[0]["reason"]
    assert "answers our mail" in rows[1]["reason"]


def test_a_mail_from_a_file_is_judged_as_one_says_and_its_rows_tell(tmp_path: Path) -> None:
    mail = tmp_path / "stop.eml"
    mail.write_bytes(f"From: {ANA}\r\nSubject: Hi\r\nMessage-ID: <m1@person.example>\r\n\r\nSTOP".encode())
    (forged,) = ingest(tmp_path, str(mail), "--verdict", "fail")
    assert "reply STOP" in forged["replies"][0]
    assert "fails DMARC, or cannot be told: it is held until" in forged["reason"]
    shown = run(tmp_path, "conversations", "show", forged["conversation_id"]).stdout
    assert "because the person wrote stop and the sender fails DMARC" in shown
    for number, verdict in enumerate(("unknown", "pass")):
        mail.write_bytes(f"From: bob{number}@person.example\r\nSubject: Hi\r\n\r\nSTOP".encode())
        (genuine,) = ingest(tmp_path, str(mail), *(["--verdict", verdict] if verdict != "unknown" else []))
        assert ("reply START" in genuine["replies"][0]) is (verdict == "unknown")
    found = rows(tmp_path, "SELECT status, tags['verdict'] AS verdict FROM events WHERE type = 'consent' ORDER BY 1, 2")
    assert [tuple(row.values()) for row in found] == [
        ("opt_out_asked", "fail"),
        ("opted_out", "pass"),
        ("opted_out", "unknown"),
    ]
    reported = json.loads(run(tmp_path, "query", "opt_outs", "--format", "json").stdout)
    assert [(row["opted_out"], row["opted_in"]) for row in reported] == [(2, 0)]


# ── a mail reflector ──────────────────────────────────────────────────────────────────────────────────────────────────


@deployments
def test_one_sender_reaches_few_strangers_by_reply_to_and_with_no_word_of_theirs(
    tmp_path: Path, aws: None, backend: str
) -> None:
    shop = world(backend, tmp_path, unproven_turns_per_hour=6)
    shop.stub.reply = lambda question: Answer(f"[Here]({LINK}): {question.text}", source="stub")
    for number in range(10):
        headers = (f"Reply-To: stranger{number}@other.example", "Subject: You have won")
        shop.writes(f"Prince <{MALLORY}>", WORDS, "PASS", *headers)
    assert len(shop.mails) == 6
    for _, mail in shop.mails:
        whole = str(mail["subject"]) + said(mail) + str(mail.get_body(("html",)))
        assert not re.search(r"evil|You have won|Prince|mallory|href", whole), whole


@deployments
def test_a_forged_sender_is_answered_seldom_and_gets_nothing_of_what_was_written(
    tmp_path: Path, aws: None, backend: str
) -> None:
    shop = world(backend, tmp_path)
    for _ in range(8):
        shop.writes(f"Prince <{ANA}>", WORDS, "FAIL", "Subject: You have won")
    assert len(shop.to(ANA)) == 5
    for mail in shop.to(ANA):
        assert "evil.example" not in said(mail)
        assert str(mail["subject"]) == "Re: Your message"
    assert shop.is_answered(ANA), "the person's own mail has more room"


@deployments
@pytest.mark.parametrize("policy", ["quarantine", "reject", ""])
def test_a_forged_sender_whose_domain_asks_for_anything_is_held(
    tmp_path: Path, aws: None, backend: str, policy: str
) -> None:
    shop = world(backend, tmp_path)
    shop.writes(ANA, WORDS, "FAIL", policy=policy)
    assert shop.mails == []
    (held,) = shop.machine.store.quarantine.held()
    assert held.their_address == ANA


@deployments
def test_a_sender_nobody_vouches_for_keeps_subject_and_quote_with_less_room(
    tmp_path: Path, aws: None, backend: str
) -> None:
    shop = world(backend, tmp_path, threads_per_hour=100, unproven_turns_per_hour=4)
    for _ in range(7):
        shop.writes(ANA, "Does it whistle?", "GRAY", "Subject: My kettle")
    first, *_, last = shop.to(ANA)
    assert len(shop.to(ANA)) == 5
    assert str(first["subject"]) == "Re: My kettle"
    assert "> Does it whistle?" in said(first)
    assert "many messages" in said(last)


@deployments
@pytest.mark.parametrize("ceiling", ["unproven_turns_in_all", "unproven_turns_per_tenant"])
@pytest.mark.parametrize("dmarc", ["FAIL", "GRAY"])
def test_all_senders_together_whom_nobody_vouches_for_have_a_ceiling_by_the_hour(
    tmp_path: Path, aws: None, backend: str, ceiling: str, dmarc: str
) -> None:
    shop = world(backend, tmp_path, **{ceiling: 4})
    for number in range(6):
        shop.writes(f"victim{number}@other.example", WORDS, dmarc)
    assert len(shop.mails) == 4
    assert len(shop.stub.asked) == 4, "nor is anybody asked"
    assert shop.is_answered(ANA)
    shop.writes(BOB, "STOP", "GRAY")
    assert shop.to(BOB) == []
    shop.machine.clock.advance(hours=1)
    assert shop.is_answered(CAROL, dmarc)
    assert not shop.is_answered(BOB, "GRAY"), "a STOP counts, though nobody could be told"


@deployments
def test_what_is_silent_anyway_takes_no_room_from_others(tmp_path: Path, aws: None, backend: str) -> None:
    shop = world(backend, tmp_path, unproven_turns_in_all=8)
    for _ in range(16):
        shop.writes(MALLORY, WORDS, "FAIL")
    assert shop.is_answered(ANA, "GRAY")


# ── who asks ──────────────────────────────────────────────────────────────────────────────────────────────────────────


THREAD = "References: <root@person.example>"


@deployments
@pytest.mark.parametrize("forged", ["FAIL", "GRAY"])
def test_forged_and_genuine_mails_are_not_one_question_and_have_no_common_history(
    tmp_path: Path, aws: None, backend: str, forged: str
) -> None:
    shop = world(backend, tmp_path)
    shop.writes(ANA, "Send it to Mallory's house", forged, THREAD, drained=False)
    shop.writes(ANA, "Where is my parcel?", "PASS", THREAD, drained=False)
    shop.machine.drain_patiently()
    shop.writes(ANA, "And tomorrow?", "PASS", THREAD)
    asked: dict[str, Question] = {question.text: question for question in shop.stub.asked}
    assert {text: question.authenticated for text, question in asked.items()} == {
        "Send it to Mallory's house": False if forged == "FAIL" else None,
        "Where is my parcel?": True,
        "And tomorrow?": True,
    }
    assert [each.question for each in asked["And tomorrow?"].history] == ["Where is my parcel?"]
    doubtful, genuine = asked["Send it to Mallory's house"], asked["And tomorrow?"]
    assert (doubtful.conversation_id == genuine.conversation_id) is (forged == "GRAY"), "an agent keeps sessions by it"


@deployments
def test_a_forged_stop_behind_a_question_does_not_swallow_it(tmp_path: Path, aws: None, backend: str) -> None:
    shop = world(backend, tmp_path)
    shop.writes(ANA, "Where is my parcel?", "PASS", THREAD, drained=False)
    shop.writes(ANA, "STOP", "GRAY", THREAD, drained=False)
    shop.machine.drain_patiently()
    assert [question.text for question in shop.stub.asked] == ["Where is my parcel?"]


@deployments
@pytest.mark.parametrize("word", ["START", "restart", "HELP", "STOP"])
def test_nothing_that_is_forged_afterwards_swallows_a_stop_that_waits(
    tmp_path: Path, aws: None, backend: str, word: str
) -> None:
    shop = world(backend, tmp_path)
    shop.writes(ANA, "STOP", "GRAY", THREAD, drained=False)
    shop.writes(ANA, word, "GRAY", THREAD, drained=False)
    shop.machine.drain_patiently()
    assert not shop.is_answered(ANA, "GRAY")


@deployments
def test_who_is_asked_is_asked_once_however_often_it_is_delivered(tmp_path: Path, aws: None, backend: str) -> None:
    shop = world(backend, tmp_path)
    event = shop.writes(ANA, "STOP", "FAIL")
    for _ in range(3):
        shop.delivered(event)
        shop.machine.clock.advance(hours=1)
        shop.machine.drain_patiently(10)
    assert len(shop.to(ANA)) == 1


@deployments
def test_stops_in_many_threads_at_once_ask_once(tmp_path: Path, aws: None, backend: str) -> None:
    """Two workers have read that nobody was asked, and then both want to."""
    shop = world(backend, tmp_path)
    store: Any = shop.machine.store.conversations
    load = store.load
    untouched = []

    def stale(key: str) -> Any:
        """As the first workers saw the person, whoever has been asked meanwhile."""
        snapshot = load(key)
        untouched.append(snapshot.contact)
        return msgspec.structs.replace(snapshot, contact=untouched[0]) if len(untouched) < 3 else snapshot

    store.load = stale
    shop.writes(ANA, "STOP", "FAIL", drained=False)
    shop.writes(ANA, "STOP", "FAIL", drained=False)
    shop.machine.drain_patiently()
    assert len(shop.to(ANA)) == 1
    assert {turn.state for turn in shop.machine.turns()} == {"sent"}  # type: ignore[attr-defined]


class Forger(EmailLine):
    """Whoever writes in somebody's name: every mail is a STOP that fails DMARC."""

    def event(self, text: str, message_id: str, theirs: str, at: datetime) -> bytes:
        content = f"From: {theirs}\r\nSubject: Hi\r\nMessage-ID: <{message_id}@evil.example>\r\n\r\nSTOP".encode()
        event = inbound_event(content, at, OURS)
        event["receipt"] |= {"dmarcVerdict": {"status": "FAIL"}, "dmarcPolicy": "none"}
        return notification(event, at)


def played(backend: str, path: Path, at: int = -1, when: str = "never") -> Run:
    killer, stub = Killer(at, when), StubAnswerer()
    run = Run(BACKENDS[backend](path, line=Forger(), answerers=[stub], wrap=killer.wrap), killer, stub)
    run.play()
    return run


@deployments
def test_killed_at_any_call_the_person_is_asked_once_all_the_same(tmp_path: Path, aws: None, backend: str) -> None:
    undisturbed = played(backend, tmp_path / "undisturbed")
    (asked,) = undisturbed.machine.line.replies
    again = set()
    for at, site in enumerate(undisturbed.killer.names):
        for when in ("before", "after"):
            run = played(backend, tmp_path / f"{at}-{when}", at, when)
            case, texts = f"{when} {site}", [reply.text for reply in run.machine.line.replies]
            assert set(texts) == {asked.text}, case
            if len(texts) > 1:
                again.add((site, when))
            run.machine.deliver(run.machine.line.event("", "m2", run.machine.line.person(1), run.machine.clock.now))
            run.machine.drain_patiently()
            assert len(run.machine.line.replies) == len(texts), case
            assert run.machine.counts()["unfinished"] == 0, case
    assert again == SENT_NOT_KEPT, "the window that nobody can close, and no other"


@deployments
def test_who_wrote_and_had_another_answered_is_erased_with_their_words_and_the_other_stays(
    tmp_path: Path, aws: None, backend: str
) -> None:
    shop = world(backend, tmp_path)
    shop.writes(BOB, "When do you open?", "PASS")
    shop.writes(MALLORY, "Purple elephants", "PASS", f"Reply-To: {BOB}")
    shop.writes(MALLORY, "Purple elephants are waiting", "PASS", f"Reply-To: {BOB}", drained=False)
    person = Person(MALLORY)
    machine: Any = shop.machine
    if backend == "deployed":
        table = Table(machine.name, machine.dynamodb.unwrapped)
        table.learn(person)
        table.erase(person, Report())
    else:
        with machine.store.database.transaction() as connection:
            for keeper in machine.store.keepers:
                keeper.learn(connection, person)
            for keeper in machine.store.keepers:
                list(keeper.forget(connection, person))
    kept = msgspec.json.encode([machine.turns(), machine.counts()]).decode()
    assert "When do you open?" in kept
    assert "elephants" not in kept
    assert MALLORY not in kept
    assert machine.counts() == {"messages": 1, "waiting": 0, "unfinished": 0, "turns": 1}
    assert shop.is_answered(BOB)
