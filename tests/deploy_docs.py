"""What docs/deploy.md shows of the program, made by the program: called from its own generating comments."""

from collections.abc import Iterator, Sequence
from typing import get_type_hints

import msgspec

from infra.aws import costs
from infra.aws.settings.deployment import DeploymentSettings
from infra.aws.settings.reading import meaning
from orchestrator.settings import Settings
from tests.docs import table

NOT_CONFIRMED = "†"


def settings() -> str:
    """What a deployer decides, besides the hub's own settings."""
    return table(("setting", "default", "meaning"), _settings(DeploymentSettings(), ""))


def _settings(section: msgspec.Struct, path: str) -> Iterator[tuple[str, str, str]]:
    """Those of a section, then those of the sections in it."""
    hints = get_type_hints(type(section), include_extras=True)
    values = msgspec.structs.asdict(section)
    inner = {name: value for name, value in values.items() if isinstance(value, msgspec.Struct)}
    for name, hint in hints.items():
        if name not in inner:
            default = _shown(values[name])
            yield f"`{path}{name}`", f"`{default}`" if default else "", meaning(hint)
    for name, value in inner.items():
        if not isinstance(value, Settings):
            yield from _settings(value, f"{path}{name}.")


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value == {} else str(value).lower() if isinstance(value, bool) else str(value)


def cost(lines: Sequence[costs.Line]) -> str:
    """Quantities, prices, products, and what they come to."""
    rows = [(line.price, _count(line.quantity), _price(line.price), _dollars(line.usd), line.why) for line in lines]
    total = ("**together**", "", "", f"**{_dollars(sum(line.usd for line in lines))}**", "")
    return table(("what", "quantity", "price", "USD", "why so many"), [*rows, total])


def turns() -> str:
    """1,000 turns of each channel: the channel's own fees, the model, and all of Parley's."""
    rows = []
    for name in costs.CHANNELS:
        lines = list(costs.of_turns(name))
        fees = sum(line.usd for line in lines if line.price in costs.CHANNELS[name].fees)
        model = sum(line.usd for line in lines if line.price.startswith("Nova"))
        rest = sum(line.usd for line in lines) - fees - model
        rows.append((name, *map(_dollars, (fees, model, rest, fees + model + rest))))
    return table(("channel", "its fees", "Nova Lite", "everything else", "together"), rows)


def prices() -> str:
    """Every price with its source."""
    rows = [
        (name, _price(name), each.unit, f"[{_host(each.source)}]({each.source}), {each.read}")
        for name, each in costs.PRICES.items()
    ]
    return table(("price", "USD", "for one", "source"), rows)


def _price(name: str) -> str:
    price = costs.PRICES[name]
    million = price.usd * 1e6
    told = f"{million:,.4g} a million" if 0 < price.usd < 0.001 else f"{price.usd:,.4g}"
    return told if price.confirmed else f"{told} {NOT_CONFIRMED}"


def _count(quantity: float) -> str:
    return f"{quantity:,.0f}" if quantity >= 100 or quantity == round(quantity) else f"{quantity:.3g}"


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 0.01 or amount == 0 else f"{amount:.4f}"


def _host(url: str) -> str:
    return url.split("/")[2].removeprefix("www.")


def unused() -> Iterator[str]:
    """Prices that no table multiplies."""
    knowledge = (*costs.KNOWLEDGE, *costs.KNOWLEDGE_ELSEWHERE)
    used = {line.price for line in (*costs.AT_REST, *costs.AT_REST_PERHAPS, *costs.of_events(), *knowledge)}
    used |= {line.price for name in costs.CHANNELS for line in costs.of_turns(name)}
    return (name for name in costs.PRICES if name not in used)
