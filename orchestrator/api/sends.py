"""The operations on sends."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec

from orchestrator.api.callers import Caller
from orchestrator.api.errors import ApiError
from orchestrator.api.views import SendView, view_of
from orchestrator.errors import EventError, RefusedError
from orchestrator.sending.dispatcher import Dispatcher
from orchestrator.sending.requests import Moment, Requests, SendRequest, address_of, idempotency_name
from orchestrator.sends import Send
from orchestrator.stores.ports import Sends, moment, place

MOST_LISTED = 100


class Created(msgspec.Struct, frozen=True):
    """A send is kept: it will be told, or its end will say why not."""

    send_id: str


class SendPage(msgspec.Struct, frozen=True):
    """Some of several sends, the latest first. `cursor` leads to those before; "" where there are none."""

    sends: tuple[SendView, ...]
    cursor: str


class SendsAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Which sends: by exactly one of the first three. Anything else is a question for the lake."""

    recipient: str = ""  # sms:+12065550100
    campaign: str = ""
    idempotency_key: str = ""
    from_: Moment | None = None
    until: Moment | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_LISTED)] = 20
    cursor: Annotated[str, msgspec.Meta(max_length=64)] = ""  # of the page before


class SendOperations:
    """What a caller may do with sends of its tenant."""

    def __init__(self, requests: Requests, dispatcher: Dispatcher, sends: Sends, clock: Callable[[], datetime]) -> None:
        self._requests = requests
        self._dispatcher = dispatcher
        self._sends = sends
        self._clock = clock

    def create(self, caller: Caller, request: SendRequest) -> Created:
        """Keep it. The same request with the same key gives the same send, for a day; another one is refused (409)."""
        try:
            accepted = self._requests.accepted(request, caller=caller.name, now=self._clock(), tenant=caller.tenant)
        except EventError as error:
            raise ApiError(400, str(error), error.field) from error
        replaced = self._requests.collapse_name(request, caller.tenant)
        before = self._sends.named(replaced, limit=1) if replaced else ()
        try:
            send_id = self._dispatcher.accept(*accepted)
        except RefusedError as error:
            raise ApiError(409, str(error), "idempotency_key") from error
        for each in before:
            if each.send_id != send_id and not any(step.began_at for step in each.steps):
                self._dispatcher.cancel(each.send_id)
        return Created(send_id)

    def get(self, caller: Caller, send_id: str) -> SendView:
        """A send of the caller's tenant, with its steps."""
        return view_of(self._own(caller, send_id))

    def cancel(self, caller: Caller, send_id: str) -> SendView:
        """Let nothing more of it leave. What has begun stays with the person."""
        self._own(caller, send_id)
        self._dispatcher.cancel(send_id)
        return self.get(caller, send_id)

    def list(self, caller: Caller, asked: SendsAsked) -> SendPage:
        """Sends by who got them, what they belong to, or the key they were asked with."""
        if sum(map(bool, (asked.recipient, asked.campaign, asked.idempotency_key))) != 1:
            raise ApiError(400, "name exactly one of recipient, campaign and idempotency_key", "recipient")
        if asked.idempotency_key:
            send_id = self._sends.known(idempotency_name(caller.tenant, caller.name, asked.idempotency_key))
            return SendPage((self.get(caller, send_id),) if send_id else (), "")
        before = asked.cursor or (moment(asked.until) if asked.until else "")
        found = self._sends.named(self._name(caller, asked), limit=asked.limit, before=before)
        wanted = [each for each in found if asked.from_ is None or each.created_at >= asked.from_]
        more = len(found) == asked.limit and len(wanted) == len(found)
        return SendPage(tuple(map(view_of, wanted)), place(found[-1]) if more else "")

    def _name(self, caller: Caller, asked: SendsAsked) -> str:
        if asked.campaign:
            return self._requests.campaign_name(asked.campaign, caller.tenant)
        try:
            return self._requests.recipient_name(address_of(asked.recipient, "recipient"), caller.tenant)
        except EventError as error:
            raise ApiError(400, str(error), "recipient") from error

    def _own(self, caller: Caller, send_id: str) -> Send:
        """Another tenant's is not there."""
        send = self._sends.load(send_id)
        if send is None or send.tenant != caller.tenant:
            raise ApiError(404, f"there is no send {send_id}", "send_id")
        return send
