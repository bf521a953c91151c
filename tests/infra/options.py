"""The deployments that a deployer can choose: generated from the settings' own types, bounds and examples.

An option is a setting whose values change what is deployed: truth and choices take all their values (of a long list the
ends), numbers that mean "never" at 0 take it, and texts and lists take the examples of their documentation. Every two
values of two options occur together in one deployment at least, unless the settings refuse them.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from allpairspy import AllPairs

from infra.aws.settings.deployment import DeploymentSettings
from orchestrator.bootstrap import MANAGED
from orchestrator.errors import ConfigurationError

Row = Mapping[str, object]  # an option's name: its value
Option = tuple[str, object]

# What each answerer is told, where it is chosen.
_ANSWERING: Mapping[str, Row] = {
    "agentcore": {"agentcore_runtime_arn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/r-0123456789"},
    "bedrock_agent": {"bedrock_agent_id": "AGENT12345", "bedrock_agent_alias_id": "ALIAS12345"},
    "knowledge_base": {
        "knowledge_base_id": "KNOWLEDGE1",
        "knowledge_base_model_arn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
    },
    "language_model": {"model_id": "us.amazon.nova-lite-v1:0"},
    "qbusiness": {"qbusiness_application_id": "11111111-2222-3333-4444-555555555555"},
}
_OF_THE_HUB: Mapping[str, list[object]] = {
    "settings.answerers": [*sorted(MANAGED, reverse=True)],
    "settings.redaction": ["off", "patterns", "comprehend"],
    "settings.pseudonym_key": ["", "arn:aws:secretsmanager:us-east-1:111122223333:secret:pseudonyms-AbCdEf"],
    "settings.guardrail_id": ["", "guardrail1"],
}
# Settings that refuse each other: first in every deployment, so that what they refuse is not built upon.
_TOGETHER = (
    *("settings.answerers", "knowledge.created", "knowledge.harness"),
    *("settings.redaction", "settings.pseudonym_key"),
    *("sources.whatsapp", "sources.whatsapp_accounts", "sources.whatsapp_topic"),
    *("hub.mail_recipients", "hub.mail_rule_set", "hub.mail_identities"),
    *("sending.sms_identity", "sending.mail_address", "sending.whatsapp_number", "sending.deployed"),
)
_OF_NO_SHAPE = frozenset(
    {"stage", "account", "region", "tags", "lake.first_hour"}
    | {"knowledge.embedding_model", "knowledge.harness_instructions"}
)


class Matrix(NamedTuple):
    """`rows` are deployments, the defaults first; `refused` are pairs that the settings refuse together."""

    rows: list[Row]
    refused: list[tuple[Option, Option]]
    everything: Row  # of the rows, the one with everything on

    def part(self, touched: Set[str]) -> list[Row]:
        """The defaults, everything on, and as few others as have every pair of values with one of a touched option."""
        rows = [self.rows[0], self.everything]
        pairs = [pair for pair in _pairs(options()) if touched & {name for name, _ in pair}]
        having = [(row, {number for number, pair in enumerate(pairs) if _has(row, pair)}) for row in self.rows]
        left = {number for _, numbers in having for number in numbers}
        left = left.difference(*(numbers for row, numbers in having if row in rows))
        while left:
            row, numbers = max(having, key=lambda each: len(each[1] & left))
            rows.append(row)
            left -= numbers
        return rows


@cache
def options() -> Mapping[str, list[object]]:
    """Every option with its values; its default comes first."""
    found = {name: values for name, values in _values(DeploymentSettings(), "") if len(values) > 1} | dict(_OF_THE_HUB)
    return {name: found[name] for name in dict.fromkeys([*_TOGETHER, *found])}


def without_examples() -> list[str]:
    """Texts and lists that no deployment covers, as their documentation gives no example."""
    return [name for name, values in _values(DeploymentSettings(), "") if not values and name not in _OF_NO_SHAPE]


def matrix() -> Matrix:
    """The defaults, every pair, everything on, and everything on but one; each once."""
    known = options()
    defaults: Row = {name: values[0] for name, values in known.items()}
    everything = _as_much_as_is_accepted(known, defaults)
    rows = [
        defaults,
        *(dict(zip(known, row, strict=True)) for row in AllPairs(list(known.values()), filter_func=_may_begin)),
        everything,
        *({**everything, name: values[0]} for name, values in known.items()),
    ]
    accepted = [row for row in rows if is_accepted(row)]
    refused = []
    for pair in _pairs(known):
        if not any(_has(row, pair) for row in accepted):
            tried = ({**row, **dict(pair)} for row in accepted)
            found = next((row for row in tried if is_accepted(row)), None)
            if found:
                accepted.append(found)
            else:
                refused.append(pair)
    unique = {str(context(row)): row for row in accepted}
    return Matrix(list(unique.values()), refused, unique[str(context(everything))])


def _as_much_as_is_accepted(known: Mapping[str, list[object]], row: Row) -> Row:
    """Every option at its last value, but for those which one before them refuses."""
    for name, values in known.items():
        more = {**row, name: values[-1]}
        asked_soon = name in ("knowledge.created", "sources.whatsapp")  # what it lacks are the next options
        row = more if asked_soon or is_accepted(more) else row
    assert is_accepted(row)
    return row


def context(row: Row) -> dict[str, object]:
    """What a deployer would write: the options, and what the chosen answerer needs."""
    told = {f"settings.{name}": value for name, value in _ANSWERING[str(row["settings.answerers"])].items()}
    if row["knowledge.created"]:
        told = {"settings.model_id": "us.amazon.nova-lite-v1:0"}
    return {**row, **told}


def is_accepted(row: Row) -> bool:
    """Whether the settings let a deployer choose so."""
    try:
        DeploymentSettings.read(context(row))
    except ConfigurationError:
        return False
    return True


def _may_begin(values: Sequence[object]) -> bool:
    """Whether the settings that refuse each other are all there, and do not."""
    return len(values) < len(_TOGETHER) or _is_beginning(tuple(map(repr, values[: len(_TOGETHER)])))


@cache
def _is_beginning(shown: tuple[str, ...]) -> bool:
    known = options()
    chosen = {
        name: next(value for value in known[name] if repr(value) == text)
        for name, text in zip(_TOGETHER, shown, strict=True)
    }
    return is_accepted({**{name: values[0] for name, values in known.items()}, **chosen})


def _pairs(known: Mapping[str, list[object]]) -> Iterator[tuple[Option, Option]]:
    for (one, values), (other, others) in itertools.combinations(known.items(), 2):
        yield from (((one, value), (other, second)) for value, second in itertools.product(values, others))


def _has(row: Row, pair: tuple[Option, Option]) -> bool:
    return all(row[name] == value for name, value in pair)


def _values(section: msgspec.Struct, path: str) -> Iterator[tuple[str, list[object]]]:
    """Each setting with its values; none for a text without example."""
    for name, hint in get_type_hints(type(section), include_extras=True).items():
        default = getattr(section, name)
        if path + name == "settings":
            continue  # the hub's own, of which few change what is deployed
        if isinstance(default, msgspec.Struct):
            yield from _values(default, f"{path}{name}.")
        else:
            yield path + name, _of_field(hint, default)


def _of_field(hint: Any, default: object) -> list[object]:
    kind = get_args(hint)[0] if hasattr(hint, "__metadata__") else hint
    meta = next((each for each in get_args(hint)[1:] if isinstance(each, msgspec.Meta)), msgspec.Meta())
    if isinstance(default, bool):
        return [default, not default]
    if get_origin(kind) is Literal:
        choices = [choice for choice in get_args(kind) if choice != default]
        return [default, *(choices if len(choices) <= 4 else [choices[0], choices[-1]])]
    if isinstance(default, int):
        return [default, meta.ge] if meta.ge == 0 and default else [default]
    examples = [(each,) if isinstance(default, tuple) else each for each in meta.examples or ()]
    return [default, *examples] if examples else []
