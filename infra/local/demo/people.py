"""Who takes part: three organisations, and people whose addresses are reserved for fiction.

+1 … 555 01xx: https://www.nationalnanpa.com/number_resource_info/555_numbers.html; +44 7700 900xxx:
https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama; .example: RFC 2606
"""

from dataclasses import dataclass
from random import Random

from orchestrator.model import ChannelName, Language


@dataclass(frozen=True)
class Organisation:
    """One that people write to. `countries` are those its customers live in, with their shares."""

    name: str
    account_id: str
    number: str
    mail: str
    countries: dict[str, float]
    share: float  # of all turns


@dataclass(frozen=True)
class Person:
    """Somebody who writes on one channel, to one organisation."""

    organisation: Organisation
    channel: ChannelName
    address: str
    country: str
    language: Language


ORGANISATIONS = (
    Organisation("lumen-lamps", "111122223333", "+12065550100", "help@lumen.example", {"US": 0.8, "CA": 0.2}, 0.5),
    Organisation("casa-lumen", "111122223333", "+17875550100", "hola@casa-lumen.example", {"PR": 0.5, "DO": 0.5}, 0.3),
    Organisation("lumen-trade", "444455556666", "+447700900100", "trade@lumen.example", {"GB": 0.7, "US": 0.3}, 0.2),
)
_AREAS = {
    "US": (202, 206, 212, 213, 303, 305, 312, 313, 404, 415, 503, 512, 602, 612, 617, 702, 713, 718, 801, 808),
    "CA": (403, 416, 514, 604, 613, 902),
    "PR": (787, 939),
    "DO": (809, 829, 849),
}
_DOMAINS = {"mail.example": 45, "inbox.example": 30, "post.example": 15, "correo.example": 8, "old-isp.example": 2}
_NAMES = (
    "ana",
    "ben",
    "carla",
    "dev",
    "elena",
    "femi",
    "grace",
    "hugo",
    "ines",
    "joao",
    "kemi",
    "luis",
    "mara",
    "nils",
)
_FEW = 30  # people of an organisation and channel, at least


def people(chance: Random, turns_per_day: int) -> list[Person]:
    """Everybody, in an order that means nothing; enough for most to write every few days, while numbers last."""
    found = []
    for organisation in ORGANISATIONS:
        wanted = max(_FEW, round(turns_per_day * organisation.share))
        found += _by_phone(chance, organisation, wanted)
        found += [_by_mail(chance, organisation, number) for number in range(wanted)]
    chance.shuffle(found)
    return found


def _by_phone(chance: Random, organisation: Organisation, wanted: int) -> list[Person]:
    """Half of them by SMS, half by WhatsApp; a few of the latter hide their number behind a user id."""
    numbers = [(country, number) for country in organisation.countries for number in _numbers(country)]
    shares = [organisation.countries[country] for country, _ in numbers]
    ours = {each.number for each in ORGANISATIONS}
    chosen = [pair for pair in dict.fromkeys(chance.choices(numbers, shares, k=2 * wanted)) if pair[1] not in ours]
    found = []
    for index, (country, number) in enumerate(chosen):
        channel: ChannelName = "sms" if index % 2 else "whatsapp"
        hidden = channel == "whatsapp" and chance.random() < 0.05
        address = f"{country}.{chance.getrandbits(64):016x}" if hidden else number
        found.append(Person(organisation, channel, address, country, _language(chance, country)))
    return found


def _by_mail(chance: Random, organisation: Organisation, number: int) -> Person:
    (country,) = chance.choices(list(organisation.countries), list(organisation.countries.values()))
    (domain,) = chance.choices(list(_DOMAINS), list(_DOMAINS.values()))
    address = f"{chance.choice(_NAMES)}.{organisation.name}.{number}@{domain}"
    return Person(organisation, "email", address, country, _language(chance, country))


def _numbers(country: str) -> list[str]:
    if country == "GB":
        return [f"+447700900{number:03}" for number in range(1000)]
    return [f"+1{area}55501{number:02}" for area in _AREAS[country] for number in range(100)]


def _language(chance: Random, country: str) -> Language:
    spanish = {"PR": 0.95, "DO": 1.0, "US": 0.15}.get(country, 0.0)
    return "es" if chance.random() < spanish else "en"
