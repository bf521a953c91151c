"""The values that travel through the hub: frozen, typed, and the same on every channel and every store.

They are msgspec structs: a store keeps them as JSON (`msgspec.json.encode`) and reading one back validates it.
Times are aware UTC. Addresses are what the channel answers to: E.164 with `+` for phones, lower-case mail addresses.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

ChannelName = Literal["sms", "whatsapp", "email"]
Language = Literal["en", "es"]
Consent = Literal["opted_in", "opted_out"]
# What a provider says of the address that a message claims to come from. `confirmed` is our own finding: the message
# answers a mail of ours that only who reads that mailbox has seen.
Verdict = Literal["confirmed", "pass", "gray", "unknown", "fail"]
# How sure it is who wrote: `proven`; `open`, where nobody has looked; `doubtful`, where somebody says no, or where the
# answer is to go to another address than the one that wrote.
Standing = Literal["proven", "open", "doubtful"]
Purpose = Literal["code", "transactional", "marketing"]  # why we write: consent, hours and priority follow it
# What became of something we sent, in the words of the rows' `delivery_status`.
DeliveryStatus = Literal[
    "queued",
    "sent",
    "delayed",
    "delivered",
    "read",
    "clicked",
    "failed",
    "complained",
    "unsubscribed",
    "deleted",
    "unknown",
]
Stream = Literal["events", "conversations"]  # the lake's two ways in
# What kind of reason kept a part from going out: few enough to be counted one by one.
Failure = Literal["refused", "opted_out", "misconfigured", "unavailable", "defect"]


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that came with a message and is listed, never opened."""

    kind: str  # image, audio, video, document, sticker, location, contacts, file
    media_id: str = ""  # the provider's handle, where there is one
    name: str = ""
    mime_type: str = ""
    size: int | None = None  # bytes; None where the provider does not say


class Delivered(msgspec.Struct, frozen=True):
    """One event as a provider delivered it, out of its transport envelopes."""

    event: Any  # the decoded JSON, in the provider's own shape; a channel validates what it reads
    occurred_at: datetime  # the envelope's timestamp, else when we received it
    original: bytes  # as it came, one envelope (SNS notification) included where there was one
    released: bool = False  # an operator has judged a quarantined message to be harmless


class InboundMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing a person wrote."""

    channel: ChannelName
    message_id: str  # the provider's; unique within the channel
    our_address: str
    their_address: str
    text: str  # the person's new words only: no quoted history, no signature; "" when only attachments came
    occurred_at: datetime  # by the provider's clock, else when we received it
    thread: str = ""  # what tells two conversations of the same two addresses apart (email); "" elsewhere
    answers: str = ""  # the id a provider gave to a message of ours, where that alone tells the thread; "" elsewhere
    attachments: tuple[Attachment, ...] = ()
    authenticated: bool | None = None  # whether the sender is who they say; None where the channel cannot tell
    verdict: Verdict | None = None  # None where no provider judges senders, for its network vouches for the number
    written_by: str = ""  # the address that wrote, where the answer goes to another one; "" where it is the same
    proof: str = ""  # what came back of a mail of ours that asked for it (keys.py); "" once it has been looked at
    detail: Mapping[str, str] = {}  # what the channel needs to reply: a subject, a References header, a phone number id
    their_name: str = ""  # what they call themselves, one line; "" where the channel does not say
    unread: int = 0  # characters beyond `MAX_TEXT`: the provider's event has them, and nobody reads them

    @property
    def standing(self) -> Standing:
        """How sure it is that the address it claims to come from wrote it."""
        if self.authenticated is False:
            return "doubtful"
        return "proven" if self.authenticated or self.verdict is None else "open"


MAX_TEXT = 20_000  # characters of a message, eight pages of a mail: what Bedrock's Retrieve, the strictest, takes


def bounded(message: InboundMessage) -> InboundMessage:
    """The message with no more words than `MAX_TEXT`, so that whatever reads them costs a known amount of time."""
    if len(message.text) <= MAX_TEXT:
        return message
    unread = len(message.text) - MAX_TEXT
    return msgspec.structs.replace(message, text=message.text[:MAX_TEXT], unread=unread)


def standing_of(messages: Iterable[InboundMessage]) -> Standing:
    """How sure it is who wrote all of them: as sure as of the worst."""
    found = {message.standing for message in messages}
    return "doubtful" if "doubtful" in found else "open" if "open" in found else "proven"


def text_of(messages: Iterable[InboundMessage]) -> str:
    """The person's words, one message a line; of one that was cut, how much is missing."""
    return "\n".join(f"{message.text}{_left_out(message)}" for message in messages if message.text)


def _left_out(message: InboundMessage) -> str:
    return f"\n[{message.unread:,} more characters were not read]" if message.unread else ""


class Ignored(msgspec.Struct, frozen=True):
    """An event, or a part of one, that is understood and gets no answer. It is recorded with its reason.

    `outcome` is what the row says: `recorded` (a fact about a message: a receipt, a reaction, a provider's keyword),
    `ignored` (a message no one may answer: automatic mail, an echo, a group) or `quarantined` (kept for a person to
    judge).
    """

    outcome: Literal["recorded", "ignored", "quarantined"]
    reason: str  # a sentence an operator reads
    message_id: str = ""
    consent: Consent | None = None  # set where the provider itself handled a consent keyword
    our_address: str = ""
    their_address: str = ""


class Held(msgspec.Struct, frozen=True):
    """A quarantined message, kept whole until an operator releases it."""

    channel: ChannelName
    message_id: str
    their_address: str
    our_address: str
    reason: str
    held_at: datetime
    original: bytes


class Citation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an answer's words come from."""

    title: str
    uri: str = ""
    excerpt: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said back, in markdown; the channel turns it into its own form.

    `source` says what kind of answer it is: an answerer's name, or one of the hub's own
    (`handoff`, `apology`, `consent`, `restart`, `budget`, `attachment`, `courtesy`, `silence`).
    """

    text: str  # "" means that nothing is sent
    source: str
    language: Language = "en"
    answerer_id: str = ""  # which agent, knowledge base, model or folder
    session_id: str = ""  # the service's own session, where it has one
    citations: tuple[Citation, ...] = ()
    latency_ms: int = 0  # from asking to having the whole answer
    input_tokens: int = 0
    output_tokens: int = 0
    reason: str = ""  # why this one and no other: what passed, what failed
    consent: Consent | None = None  # set when this turn changed the person's consent
    asks: Literal["", "stop", "start"] = ""  # the word that an answer from the mailbox itself makes count, or undoes
    asked_until: datetime | None = None  # when that answer comes too late; None where nothing is asked
    state: Mapping[str, str] = {}  # what the answerer wants handed back on the next turn of this conversation


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said, in markdown, whoever says it; a channel turns it into its own form."""

    text: str
    language: Language = "en"  # of the words that a channel adds: "Source", "wrote"
    citations: tuple[Citation, ...] = ()
    subject: str = ""  # of a mail that begins a thread; a reply has the thread's


class Outgoing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a channel is handed to send: from one of our addresses to one person.

    A turn becomes one, its answer in reply to its messages; a step of a send becomes one, in reply to nothing. It is
    never kept: it is made again of what is, the same each time.
    """

    ref: str  # what it belongs to: a turn id, or a step of a send (keys.py); delivery events bring it back
    our_address: str
    their_address: str
    content: Content
    decided_at: datetime  # when it was decided to say this: the date of a mail, the same on every try
    in_reply_to: tuple[InboundMessage, ...] = ()  # the messages it answers, the latest last
    purpose: Purpose = "transactional"
    expires_at: datetime | None = None  # of no use after that; None: always of use
    tags: Mapping[str, str] = {}  # travel with it where the provider takes name and value: [A-Za-z0-9_-]{1,256}
    proof: str = ""  # what an answer to it has to bring back, to show that it comes from there; "" where nothing has to

    @property
    def question(self) -> InboundMessage | None:
        """The message that it replies to; None where we write first."""
        return self.in_reply_to[-1] if self.in_reply_to else None


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a provider tells of something we sent."""

    ref: str  # of the `Outgoing`; "" where the event carries none of ours
    status: DeliveryStatus
    message_id: str  # the provider's, as in the receipt
    occurred_at: datetime
    reason: str = ""  # the provider's own words and code
    final: bool = False  # whether the provider says that nothing more will come


class Pass(msgspec.Struct, frozen=True):
    """An answerer has nothing to say to this question; the next one is asked. What it spent is counted all the same."""

    reason: str
    input_tokens: int = 0
    output_tokens: int = 0
    offers: tuple[str, ...] = ()  # what the person may have meant, in words that would be answered


class Receipt(msgspec.Struct, frozen=True):
    """The provider has taken a part. `message_id` is its name for it, by which delivery events refer to it."""

    message_id: str


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of what leaves, no larger than the provider takes: what the channel composed, and how far it got."""

    body: str  # the text, or a whole mail in MIME form, exactly as sent
    detail: Mapping[str, str] = {}  # encoding, segments, …: for the record
    state: Literal["waiting", "sending", "sent", "failed", "skipped"] = "waiting"
    message_id: str = ""  # from the receipt
    error: str = ""  # why it failed
    failure: Failure | None = None  # the kind of that reason; None too where an older program has kept the part


class Turn(msgspec.Struct, frozen=True, omit_defaults=True):
    """The messages answered together, the answer and its receipts.

    received → answered → (sending → sent, for each part) → sent. The lake's acknowledgement (`recorded`) is the
    journal's business: see stores/ports.py.
    """

    turn_id: str  # 32 lower-case hex, from the conversation and its messages: the same however often it is computed
    conversation_id: str
    messages: tuple[InboundMessage, ...]
    opened_at: datetime
    state: Literal["received", "answered", "sent"] = "received"
    answer: Answer | None = None
    parts: tuple[Part, ...] = ()
    claimed_until: datetime | None = None  # until then the worker that took the last step is believed alive
    asked_again: int = 0  # resumptions after a crash that found no answer kept: the first window nobody can close
    unconfirmed: int = 0  # parts found `sending` on resumption: the second such window
    finished_at: datetime | None = None
    withheld: str = (
        ""  # why nobody is answered, as was found when the turn was opened; "" where nothing spoke against it
    )

    @property
    def text(self) -> str:
        return text_of(self.messages)

    @property
    def latest(self) -> InboundMessage:
        return self.messages[-1]

    @property
    def authenticated(self) -> bool | None:
        """True where every message is; False where one is not who it says."""
        found = {message.authenticated for message in self.messages}
        return found.pop() if len(found) == 1 else False if False in found else None

    @property
    def standing(self) -> Standing:
        return standing_of(self.messages)


class Exchange(msgspec.Struct, frozen=True):
    """One earlier turn as an answerer sees it."""

    question: str
    answer: str
    authenticated: bool | None = None  # as the turn was


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person at one of our addresses, across conversations: consent and what they have spent.

    The counters belong to `hour` and `day` (epoch hours and days); a later hour or day starts at zero.
    """

    key: str  # "<channel>-<32 hex>" of both addresses
    consent: Consent | None = None
    hour: int = 0
    day: int = 0
    turns_this_hour: int = 0
    turns_today: int = 0
    tokens_today: int = 0
    notified_hour: int = 0  # the epoch hour of the last budget notice
    threads_this_hour: int = 0  # answers that were the first of their thread
    asked_stop: int = 0  # the epoch hour at which a question about a STOP ends, which is asked once; 0: none is open
    asked_start: int = 0  # the same for START


class ContactChange(msgspec.Struct, frozen=True):
    """What a step adds to a contact: added, never set, for two conversations of one person may run side by side."""

    at: datetime
    turns: int = 0
    tokens: int = 0
    consent: Consent | None = None
    notified: bool = False
    threads: int = 0  # 1 where this answers a thread for the first time
    asks: Literal["", "stop", "start"] = ""  # what is asked now: once, so that the step fails where it is asked already
    asked_until: int = 0  # the epoch hour at which that question ends
    settled: bool = False  # the person has spoken: no question is open any more


class Quota(msgspec.Struct, frozen=True):
    """A turn taken out of what a key may have within an hour, or given back.

    A key is a contact's, or names all that share one ceiling.
    """

    key: str
    at: datetime  # whose hour it is
    most: int  # turns within the hour
    turns: int = 1  # -1 gives one back


class Spent(msgspec.Struct, frozen=True):
    """Model tokens that all people together have spent in this hour and on this day (UTC)."""

    tokens_this_hour: int = 0
    tokens_today: int = 0


class Conversation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Turns with one person, on one channel, at one of our addresses: the state from which the next turn is taken.

    `version` grows with every write; a write names the version it read, so that two workers cannot both take a step.
    """

    key: str  # the conversation without its generation: also the FIFO group of its wake-ups
    contact_key: str
    channel: ChannelName
    our_address: str
    their_address: str
    thread: str = ""
    generation: int = 0
    version: int = 0
    language: Language | None = None
    turn: Turn | None = None  # the unfinished one
    history: tuple[Exchange, ...] = ()  # of this generation, oldest first
    answered_at: datetime | None = None  # when the last turn ended
    hour: int = 0  # the epoch hour that `answers_this_hour` counts in
    answers_this_hour: int = 0
    state: Mapping[str, str] = {}  # the answerers' own, of this generation

    @property
    def conversation_id(self) -> str:
        return f"{self.key}-{self.generation}"


class Record(msgspec.Struct, frozen=True):
    """An event of our own for the lake: which of its streams it belongs on, and its JSON."""

    stream: Stream
    body: bytes


class WakeUp(msgspec.Struct, frozen=True):
    """A note that something is to be done. Doing it twice is harmless, and losing it: the sweep finds what is due."""

    kind: Literal["turn", "send", "report"]  # a conversation's next turn, a send, what a simulated provider tells later
    key: str  # which one: at most one of a kind and key is worked on at a time
    deduplication_id: str  # a second one with this id within five minutes may be dropped
    at: datetime | None = None  # not before this moment; a queue that cannot wait delivers at once, the worker looks


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an answerer is asked."""

    text: str
    channel: ChannelName
    conversation_id: str  # 33 to 100 of [A-Za-z0-9-]: a legal session id for every Bedrock service
    turn_id: str
    language: Language
    history: tuple[Exchange, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    authenticated: bool | None = None
    max_characters: int = 1000  # more is a burden on this channel; a wish: the channel splits what is longer
    state: Mapping[str, str] = {}
    their_name: str = ""  # what the person calls themselves: their words, like the text
