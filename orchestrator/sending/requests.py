"""A request becomes a send: checked whole, with every fault named by its field, before anything is kept.

What a caller fills in for a variable is data: in the text it can be no markdown, and no line of its own.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple, get_args

import msgspec

from orchestrator.errors import EventError
from orchestrator.keys import Keys
from orchestrator.model import ChannelName, Language, Purpose
from orchestrator.sending.named import DEFAULT, Plan, steps_of
from orchestrator.sends import (
    MOST_ADDRESSES,
    MOST_BYTES_OF_A_REQUEST,
    MOST_CHARACTERS_OF_A_VARIABLE,
    MOST_VARIABLES,
    Address,
    Form,
    Send,
)
from orchestrator.stores.ports import Idempotency
from orchestrator.tenants import DEFAULT as DEFAULT_TENANT

KEY_LASTS = timedelta(hours=24)

Moment = Annotated[datetime, msgspec.Meta(tz=True)]  # 2026-12-24T18:00:00Z
_Name = Annotated[str, msgspec.Meta(max_length=256, pattern=r"^[A-Za-z0-9_.:-]*$")]
_Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[A-Za-z0-9_-]+$")]
_Variable = Annotated[str, msgspec.Meta(max_length=MOST_CHARACTERS_OF_A_VARIABLE)]
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")  # of WhatsApp
_MAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_PLACE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")  # what markdown may read something into


class OneForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said on one channel, in markdown with `{{variables}}`."""

    text: str
    subject: str = ""  # of a mail


class RequestedContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text for every channel, and forms for those that are to have another."""

    text: str = ""
    subject: str = ""
    sms: OneForm | None = None
    whatsapp: OneForm | None = None
    email: OneForm | None = None
    variables: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_VARIABLES)] = ()  # those that it needs


class SendRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to tell whom: the body of `POST /v1/sends`, and the file of `parley send --content`."""

    to: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST_ADDRESSES)]  # sms:+1…, email:…
    content: RequestedContent
    plan: str | Plan = ""  # a name, or steps; "" tries the addresses in their order
    purpose: Purpose = "transactional"
    language: Language = "en"
    variables: Annotated[dict[str, _Variable], msgspec.Meta(max_length=MOST_VARIABLES)] = {}
    send_at: Moment | None = None
    expires_at: Moment | None = None
    collapse_key: _Name = ""  # of several with one key only the last goes, as far as they have not begun
    idempotency_key: _Name = ""
    campaign: _Name = ""
    business_line: _Name = ""
    tags: Annotated[dict[_Tag, _Tag], msgspec.Meta(max_length=20)] = {}


class Accepted(NamedTuple):
    """A send that can be kept, the names that it is found by, and its key."""

    send: Send
    names: Sequence[str]
    idempotency: Idempotency | None


class Requests:
    """Makes sends of requests, for one deployment's plans, keys and test recipients."""

    def __init__(self, plans: Mapping[str, Plan], keys: Keys, test_recipients: Sequence[str]) -> None:
        self._plans = plans
        self._keys = keys
        self._test = frozenset(str(address_of(each, "PARLEY_TEST_RECIPIENTS")) for each in test_recipients)

    def accepted(self, request: SendRequest, *, caller: str, now: datetime, tenant: str = DEFAULT_TENANT) -> Accepted:
        """The send of a request. Raises `EventError` naming the field that is wrong, and why."""
        _bounded(request)
        addresses = tuple(address_of(each, f"to[{index}]") for index, each in enumerate(request.to))
        plan = self._plan(request.plan)
        steps = steps_of(plan, addresses)
        if request.expires_at and request.expires_at <= max(now, request.send_at or now):
            raise EventError("expires_at", "is over before anything could leave")
        send = Send(
            send_id=secrets.token_hex(16),
            tenant=tenant,
            purpose=request.purpose,
            forms=forms_of(request, {step.to.channel for step in steps}),
            steps=steps,
            created_at=now,
            language=request.language,
            at_once=plan.at_once,
            send_at=request.send_at,
            expires_at=request.expires_at,
            caller=caller,
            plan=request.plan if isinstance(request.plan, str) else "",
            campaign=request.campaign,
            business_line=request.business_line,
            tags=request.tags,
            test=all(str(each) in self._test for each in addresses),
        )
        return Accepted(send, self._names(send, request), _idempotency(request, tenant, caller, now))

    def collapse_name(self, request: SendRequest, tenant: str = DEFAULT_TENANT) -> str:
        """The name of the sends that this one replaces; "" where it replaces none."""
        return f"{tenant}/collapse/{request.collapse_key}" if request.collapse_key else ""

    def recipient_name(self, address: Address, tenant: str = DEFAULT_TENANT) -> str:
        """The name of all sends to an address, which it does not tell."""
        return f"{tenant}/to/{self._keys.contact_of_addresses(address.channel, '', address.address)}"

    def campaign_name(self, campaign: str, tenant: str = DEFAULT_TENANT) -> str:
        """The name of all sends of a campaign."""
        return f"{tenant}/campaign/{campaign}"

    def _plan(self, asked: str | Plan) -> Plan:
        if isinstance(asked, Plan):
            return asked
        if asked and asked not in self._plans:
            raise EventError(
                "plan", f"is {asked!r}, which no plan is called; there is {', '.join(sorted(self._plans))}"
            )
        return self._plans[asked] if asked else DEFAULT

    def _names(self, send: Send, request: SendRequest) -> list[str]:
        names = [self.recipient_name(each, send.tenant) for each in dict.fromkeys(step.to for step in send.steps)]
        if send.campaign:
            names.append(self.campaign_name(send.campaign, send.tenant))
        if collapses := self.collapse_name(request, send.tenant):
            names.append(collapses)
        return names


def address_of(text: str, path: str) -> Address:
    """`sms:+12065550100`, `whatsapp:+…` or a user id, `email:…`. Raises `EventError`."""
    channel, colon, address = text.strip().partition(":")
    if not colon or channel not in get_args(ChannelName):
        raise EventError(path, f"is {text!r}, not a channel and an address, like sms:+12065550100")
    name: ChannelName = channel  # type: ignore[assignment]  # it is one of them
    if name == "email":
        local, _, domain = address.strip().rpartition("@")
        address = f"{local}@{domain.lower()}"
        if not (_MAIL.fullmatch(address) and address.isascii()):
            raise EventError(path, f"is {text!r}, whose address mail cannot be sent to")
        return Address(name, address.lower())
    address = re.sub(r"[\s().-]", "", address) if address.startswith("+") else address
    if not (_PHONE.fullmatch(address) or (name == "whatsapp" and _USER_ID.fullmatch(address))):
        raise EventError(path, f"is {text!r}; a phone number is written with + and its country: +12065550100")
    return Address(name, address)


def forms_of(request: SendRequest, channels: set[ChannelName]) -> dict[ChannelName, Form]:
    """What is said on each channel, with the variables filled in.

    Raises `EventError` for a text that is missing, and a variable that has no value: nobody is sent `{{name}}`.
    """
    content = request.content
    own: dict[ChannelName, OneForm | None] = {
        "sms": content.sms,
        "whatsapp": content.whatsapp,
        "email": content.email,
    }
    if missing := sorted(set(content.variables) - request.variables.keys()):
        raise EventError(f"variables.{missing[0]}", "has no value")
    forms = {}
    for channel in sorted(channels):
        form, path = own[channel], f"content.{channel}.text" if own[channel] else "content.text"
        text, subject = (form.text, form.subject or content.subject) if form else (content.text, content.subject)
        if not text.strip():
            raise EventError(path, "is empty, and a step needs it")
        filled = _filled(text, request.variables, path, escaped=True)
        forms[channel] = Form(filled, _filled(subject, request.variables, path.replace("text", "subject")))
    return forms


def _filled(text: str, variables: Mapping[str, str], path: str, *, escaped: bool = False) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in variables:
            raise EventError(path, f"names {match[0]}, and variables has no {match[1]}")
        words = " ".join(variables[match[1]].split())
        return _PUNCTUATION.sub(r"\\\1", words) if escaped else words

    return _PLACE.sub(value, text)


def _bounded(request: SendRequest) -> None:
    if (size := len(msgspec.json.encode(request))) > MOST_BYTES_OF_A_REQUEST:
        raise EventError("the request", f"has {size} bytes, more than {MOST_BYTES_OF_A_REQUEST}")


def _idempotency(request: SendRequest, tenant: str, caller: str, now: datetime) -> Idempotency | None:
    if not request.idempotency_key:
        return None
    digest = hashlib.sha256(msgspec.json.encode(request, order="sorted")).hexdigest()
    return Idempotency(idempotency_name(tenant, caller, request.idempotency_key), digest, now + KEY_LASTS)


def idempotency_name(tenant: str, caller: str, key: str) -> str:
    """A caller's key, apart from those of others."""
    return f"{tenant}/{caller}/{key}"
