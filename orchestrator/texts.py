"""What the hub itself says, in English and Spanish.

Each text fits one SMS: 160 characters of the GSM 7-bit alphabet, in which Spanish has é, ñ, ü, ¿ and ¡ but not á, í, ó
or ú; `offer` is as long as what it offers. STOP and START are said in both languages, because carriers know no others.

No text promises what nobody does. A hand-off tells no person by itself: it is kept, and the question `unanswered` lists
it. Whoever has somebody read that may say so in a text of their own.
"""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from orchestrator.errors import ConfigurationError
from orchestrator.model import Language

TextName = Literal[
    "apology",
    "greeting",
    "handoff",
    "offer",
    "hello",
    "thanks",
    "goodbye",
    "budget",
    "attachment",
    "stop",
    "help",
    "start",
    "stop_unproven",
    "confirm_stop",
    "confirm_start",
]
OFFERS = "{offers}"  # in the text `offer`: where the headings go

SHIPPED: Mapping[Language, Mapping[TextName, str]] = {
    "en": {
        "apology": "Sorry, we cannot answer right now. Please write to us again in a while.",
        "greeting": "All right, let us start afresh. How can I help you?",
        "handoff": "I have no answer to that. You could ask in other words. I have noted your question.",
        "offer": f"I am not sure what you mean. Did you mean {OFFERS}? If not, please ask in other words.",
        "hello": "Hello! How can I help you? Just write your question.",
        "thanks": "Gladly! Write again whenever you have a question.",
        "goodbye": "Goodbye! Write again whenever you have a question.",
        "budget": "You have sent us many messages in a short time. Please wait a while: until then we cannot answer.",
        "attachment": "Thank you. I cannot open attachments. Please write your question in words.",
        "stop": "You are unsubscribed and will get no more messages from us. Reply START to subscribe again.",
        "help": "This is an automatic assistant: just write your question. Reply STOP to unsubscribe. "
        "Message and data rates may apply.",
        "start": "You are subscribed again. Write your question whenever you like. Reply STOP to unsubscribe.",
        "stop_unproven": "You are unsubscribed: we were asked to in your name. If that was not you, reply START to "
        "this message and it is undone.",
        "confirm_stop": "We got STOP in your name and cannot tell who sent it. To unsubscribe, reply STOP to this "
        "message. Otherwise nothing changes.",
        "confirm_start": "We got START in your name and cannot tell who sent it. To subscribe, reply START to this "
        "message. Otherwise nothing changes.",
    },
    "es": {
        "apology": "Lo sentimos, ahora no podemos responderle. Por favor, escriba de nuevo dentro de un rato.",
        "greeting": "De acuerdo, empezamos de nuevo. ¿En qué puedo ayudarle?",
        "handoff": "No tengo respuesta para eso. Puede preguntar con otras palabras. He anotado su pregunta.",
        "offer": f"No estoy seguro de haberle entendido. ¿Se refiere a {OFFERS}? Si no, pregunte con otras palabras.",
        "hello": "¡Hola! ¿En qué puedo ayudarle? Escriba su pregunta.",
        "thanks": "¡De nada! Escriba de nuevo cuando tenga otra pregunta.",
        "goodbye": "¡Gracias por escribir! Hasta pronto.",
        "budget": "Ha enviado muchos mensajes en poco tiempo. Por favor, espere un rato: hasta entonces no podemos "
        "responderle.",
        "attachment": "Gracias. No puedo abrir archivos adjuntos. Por favor, escriba su pregunta con palabras.",
        "stop": "Le hemos dado de baja: no va a recibir mensajes nuestros. Responda START para suscribirse de nuevo.",
        "help": "Le atiende un asistente virtual: escriba su pregunta. Responda STOP para darse de baja. "
        "Pueden aplicarse tarifas de mensajes y datos.",
        "start": "Ha vuelto a suscribirse. Escriba su pregunta cuando quiera. Responda STOP para darse de baja.",
        "stop_unproven": "Le hemos dado de baja: alguien nos lo ha pedido en su nombre. Si no ha sido usted, "
        "responda START a este mensaje y se anula.",
        "confirm_stop": "Alguien ha escrito STOP en su nombre y no sabemos si es usted. Para darse de baja, responda "
        "STOP a este mensaje. Si no, nada cambia.",
        "confirm_start": "Alguien ha escrito START en su nombre. Para volver a suscribirse, responda START a este "
        "mensaje. Si no, nada cambia.",
    },
}


class Texts(msgspec.Struct, frozen=True):
    """The fixed texts in force: the shipped ones, or the operator's own in their place."""

    replaced: Mapping[Language, Mapping[TextName, str]] = {}

    @classmethod
    def with_overrides(cls, document: str) -> "Texts":
        """Read the operator's texts from JSON, `{"en": {"apology": "…"}}`.

        Raises `ConfigurationError` naming every language, name or text in it that cannot be used.
        """
        try:
            given = msgspec.json.decode(document, type=dict[str, dict[str, str]])
        except msgspec.DecodeError as error:
            raise ConfigurationError(
                f'the fixed texts are not JSON of the form {{"en": {{"apology": "…"}}}}: {error}'
            ) from error
        if wrong := _wrong(given):
            raise ConfigurationError("; ".join(wrong))
        return cls(msgspec.convert(given, dict[Language, dict[TextName, str]]))

    def get(self, name: TextName, language: Language) -> str:
        return self.replaced.get(language, {}).get(name) or SHIPPED[language][name]


def _wrong(given: Mapping[str, Mapping[str, str]]) -> list[str]:
    """A sentence for each thing that cannot be used."""
    names, languages = get_args(TextName), get_args(Language)
    return [
        *(
            f"fixed texts in {language!r}: languages are {', '.join(languages)}"
            for language in given
            if language not in languages
        ),
        *(
            f"fixed text {name!r} ({language}): names are {', '.join(names)}"
            for language, texts in given.items()
            for name in texts
            if name not in names
        ),
        *(
            f"fixed text {name!r} ({language}) is empty"
            for language, texts in given.items()
            for name, text in texts.items()
            if not text.strip()
        ),
        *(
            f"fixed text 'offer' ({language}) has no {OFFERS}, where the headings go"
            for language, texts in given.items()
            if OFFERS not in texts.get("offer", OFFERS)
        ),
    ]
