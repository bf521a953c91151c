"""The API: who may do what, what is refused and how, and that nothing of one tenant is another's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.api.api import OPERATIONS, Api, Call, Reply, openapi
from orchestrator.api.callers import Scope, caller_of, new_token
from orchestrator.api.sends import SendOperations
from orchestrator.keys import Keys
from orchestrator.sending.named import SHIPPED
from orchestrator.sending.requests import Requests
from tests.kit import NOON
from tests.sending import SEND, SendingMachine, a_send

BODY = {"to": ["sms:+14255550101", "email:ana@customer.example"], "content": {"text": "Your lamp is ready."}}


class Served:
    """An API over a sending machine, with a token for each of some callers."""

    def __init__(self, path: Path) -> None:
        self.machine = SendingMachine(path)
        requests = Requests(SHIPPED, Keys(b"a secret for tests"), ["sms:+14255550199"])
        operations = SendOperations(requests, self.machine.dispatcher, self.machine.store.sends, self.machine.clock)
        callers: dict[str, tuple[list[Scope], str]] = {
            "shop": (["send", "read"], "default"),
            "reader": (["read"], "default"),
            "neighbour": (["send", "read"], "neighbour"),
        }
        made = {name: new_token(name, scopes, NOON, tenant) for name, (scopes, tenant) in callers.items()}
        self.tokens = {name: token for name, (token, _) in made.items()}
        entries = [entry for _, entry in made.values()]
        self.api = Api(operations, lambda token: caller_of(token, entries))

    def call(self, method: str, path: str, body: object = None, *, caller: str = "shop", **query: str) -> Reply:
        content = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
        return self.api.reply(Call(method, path, query, content, self.tokens.get(caller, caller)))

    def created(self, **more: object) -> str:
        reply = self.call("POST", "/v1/sends", {**BODY, **more})
        assert reply.status == 202, reply.body
        return str(msgspec.json.decode(reply.body)["send_id"])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.machine.close()


def said(reply: Reply) -> Any:
    return msgspec.json.decode(reply.body)


def test_a_send_is_kept_told_and_shown(served: Served) -> None:
    send_id = served.created(plan="reminder", campaign="spring")
    served.machine.drain()
    shown = said(served.call("GET", f"/v1/sends/{send_id}"))
    assert (shown["status"], shown["campaign"], shown["purpose"]) == ("waiting", "spring", "transactional")
    assert [(step["channel"], step["status"]) for step in shown["steps"]] == [("sms", "accepted"), ("email", "waiting")]


def test_the_same_request_with_the_same_key_is_one_send(served: Served) -> None:
    first, second = served.created(idempotency_key="order-1"), served.created(idempotency_key="order-1")
    assert first == second
    other = served.call("POST", "/v1/sends", {**BODY, "idempotency_key": "order-1", "purpose": "marketing"})
    assert (other.status, said(other)["field"]) == (409, "idempotency_key")
    (found,) = said(served.call("GET", "/v1/sends", idempotency_key="order-1"))["sends"]
    assert found["send_id"] == first


def test_of_several_with_a_collapse_key_only_the_last_leaves(served: Served) -> None:
    first = served.created(collapse_key="basket")
    second = served.created(collapse_key="basket")
    served.machine.drain()
    assert said(served.call("GET", f"/v1/sends/{first}"))["status"] == "canceled"
    assert [ref for _, ref in served.machine.sent] == [f"{second}-1"]


def test_sends_are_found_page_by_page(served: Served) -> None:
    ids = []
    for _ in range(5):
        ids.append(served.created(campaign="spring"))
        served.machine.clock.advance(seconds=1)
    page = said(served.call("GET", "/v1/sends", campaign="spring", limit="2"))
    assert [each["send_id"] for each in page["sends"]] == ids[:2:-1]
    rest = said(served.call("GET", "/v1/sends", campaign="spring", cursor=page["cursor"]))
    assert ([each["send_id"] for each in rest["sends"]], rest["cursor"]) == (ids[2::-1], "")
    since = said(served.call("GET", "/v1/sends", recipient="sms:+14255550101", **{"from": "2026-03-14T12:00:03Z"}))
    assert [each["send_id"] for each in since["sends"]] == ids[:2:-1]


def test_a_canceled_send_goes_no_further(served: Served) -> None:
    send_id = served.created(send_at="2026-03-14T13:00:00Z")
    assert served.call("POST", f"/v1/sends/{send_id}/cancel").status == 200
    served.machine.drain()
    assert said(served.call("GET", f"/v1/sends/{send_id}"))["status"] == "canceled"


@pytest.mark.parametrize("caller", ["", "parley_" + "x" * 43])
def test_nobody_calls_without_a_token_that_is_known(served: Served, caller: str) -> None:
    assert served.call("POST", "/v1/sends", BODY, caller=caller).status == 401


def test_a_scope_is_needed(served: Served) -> None:
    refused = served.call("POST", "/v1/sends", BODY, caller="reader")
    assert (refused.status, said(refused)["error"]) == (403, "reader has no scope `send`.")


def test_another_tenants_send_is_not_there(served: Served) -> None:
    send_id = served.created(campaign="spring", idempotency_key="k")
    for method, path in (("GET", f"/v1/sends/{send_id}"), ("POST", f"/v1/sends/{send_id}/cancel")):
        assert served.call(method, path, caller="neighbour").status == 404
    for query in ({"campaign": "spring"}, {"recipient": "sms:+14255550101"}, {"idempotency_key": "k"}):
        assert said(served.call("GET", "/v1/sends", caller="neighbour", **query))["sends"] == []
    mine = said(served.call("POST", "/v1/sends", {**BODY, "idempotency_key": "k"}, caller="neighbour"))
    assert mine["send_id"] != send_id


WRONG: list[tuple[dict[str, object], str]] = [
    ({"to": []}, "to"),
    ({"to": ["+14255550101"]}, "to[0]"),
    ({"to": ["sms:call me"]}, "to[0]"),
    ({"to": ["email:nobody"]}, "to[0]"),
    ({"to": ["sms:+14255550101"] * 21}, "to"),
    ({"content": {}}, "content.text"),
    ({"content": {"text": "Hello {{name}}"}}, "content.text"),
    ({"content": {"text": "Hello", "variables": ["name"]}}, "variables.name"),
    ({"variables": {"name": "x" * 1001}}, "variables[...]"),
    ({"plan": "hurry"}, "plan"),
    ({"plan": {"steps": [{"to": "sms"}, {"to": "sms"}]}}, "plan.steps[1].to"),
    ({"plan": {"steps": [{"to": "whatsapp"}]}}, "plan"),
    ({"plan": {"steps": [{"to": "sms", "wait": 1}]}}, "plan.steps[0].wait"),
    ({"plan": {"steps": [{"to": "email:other@customer.example"}]}}, "plan.steps[0].to"),
    ({"purpose": "spam"}, "purpose"),
    ({"send_at": "2026-12-24T18:00:00"}, "send_at"),
    ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ({"content": {"text": "x" * 65_000}}, "the request"),
    ({"shout": True}, "the event"),
]


@pytest.mark.parametrize(("change", "field"), WRONG, ids=[f"{field}-{n}" for n, (_, field) in enumerate(WRONG)])
def test_what_is_wrong_is_named(served: Served, change: dict[str, object], field: str) -> None:
    reply = served.call("POST", "/v1/sends", {**BODY, **change})
    assert (reply.status, said(reply)["field"]) == (400, field), reply.body
    assert served.machine.store.sends.counts()["sends"] == 0


def test_a_repeated_step_is_taken_where_the_plan_wants_it(served: Served) -> None:
    served.created(plan={"steps": [{"to": "sms", "wait": 60}, {"to": "sms", "again": True}]})


def test_what_a_caller_fills_in_is_data(served: Served) -> None:
    text, name = "Hello {{name}}, **welcome**", "*Bob* [x](http://evil.example)\n# {{name}}"
    send_id = served.created(content={"text": text}, variables={"name": name})
    send = served.machine.load(send_id)
    assert send.forms["sms"].text.startswith(r"Hello \*Bob\* \[x\]\(http\:\/\/evil\.example\) \# \{\{name\}\}, **")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("DELETE", "/v1/sends", 405), ("GET", "/v1/sends/../x", 404), ("GET", "/", 404)],
)
def test_there_is_nothing_elsewhere(served: Served, method: str, path: str, status: int) -> None:
    assert served.call(method, path).status == status


NONSENSE = st.one_of(
    st.binary(max_size=300),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=12,
    ).map(lambda value: __import__("json").dumps(value).encode()),
    st.fixed_dictionaries(
        {"to": st.lists(st.text(max_size=30), max_size=3), "content": st.dictionaries(st.text(max_size=6), st.text())},
        optional={"plan": st.text(max_size=10), "variables": st.dictionaries(st.text(max_size=5), st.text(max_size=9))},
    ).map(msgspec.json.encode),
)


@pytest.mark.hypothesis
@settings(deadline=None)
@given(body=NONSENSE, query=st.dictionaries(st.sampled_from(["recipient", "limit", "cursor", "from"]), st.text()))
def test_no_nonsense_is_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, query: dict[str, str]
) -> None:
    served = Served(tmp_path_factory.mktemp("api"))
    for row in OPERATIONS:
        reply = served.call(row.method, row.path.replace("{send_id}", SEND), body, **query)
        assert reply.status < 500
        assert "error" in said(reply) or reply.status in {200, 202}
    served.machine.close()


def test_openapi_names_every_operation(served: Served) -> None:
    described = openapi()
    named = {(method.upper(), path) for path, rows in described["paths"].items() for method in rows}
    assert named == {(row.method, row.path) for row in OPERATIONS}
    assert "SendRequest" in described["components"]["schemas"]


def test_a_send_to_a_test_recipient_costs_nothing(served: Served) -> None:
    send_id = served.created(to=["sms:+14255550199"])
    assert said(served.call("GET", f"/v1/sends/{send_id}"))["price"] == "0"
    served.machine.dispatcher.accept(a_send("sms"))
    assert said(served.call("GET", f"/v1/sends/{SEND}"))["price"] == "unknown"
