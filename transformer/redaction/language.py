"""Whether a text is English or Spanish, which is all that Comprehend's detection of personal data reads.

Function words decide; those of other languages count against both. A text without any, as an address or a name, counts
as English: asking in vain costs less than not asking.
"""

import re
import unicodedata
from itertools import filterfalse

_WORDS = {
    "en": """
        the and is are was were you your my i we they it this that of to for with not have has had do does
        did can will would what when where how why please thanks hello hi at be am im an from
    """,
    "es": """
        el la los las un una y es son era fue usted su mi mis yo nosotros ellos esto eso que de del para con
        por no tengo tiene hay puede quiero cuando donde como gracias hola buenos dias en se lo le me soy al
    """,
    "fr": """
        le la les un une des et est sont vous votre je nous ils ce cette que qui de du pour avec pas ai avez
        bonjour merci mon ma dans sur au aux il elle suis
    """,
    "de": """
        der die das ein eine und ist sind sie ihr ich wir es nicht mit von zu fur auf haben hat wie wann wo
        bitte danke hallo mein meine im am dem den
    """,
    "pt": """
        o a os as um uma e sao voce seu minha meu eu nos isto que de do da para com por nao tenho tem ola
        obrigado obrigada quando onde como em no na ao
    """,
    "it": """
        il lo la gli le un una e sono lei tuo mio mia io noi questo che di del della per con non ho ha ciao
        grazie quando dove come in nel al
    """,
    "nl": """
        de het een en is zijn u uw ik wij niet met van voor op heb heeft hoe wanneer waar dank hallo mijn in
        te
    """,
}
_KNOWN = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
_LATIN_ENOUGH = 0.7  # the share of letters that must be Latin


def language_of(text: str) -> str:
    """`en`, `es`, or "" for any other."""
    letters = [character for character in text[:2000] if character.isalpha()]
    if letters and sum(map(_is_latin, letters)) < _LATIN_ENOUGH * len(letters):
        return ""
    words = _WORD.findall(_plain(text[:2000]))
    points = {language: sum(word in known for word in words) for language, known in _KNOWN.items()}
    best = max(points, key=lambda language: points[language])  # the first of equals: English, then Spanish
    return best if best in ("en", "es") else ""


def _plain(text: str) -> str:
    """Marks that stand by themselves go first: bringing a run of them into order costs its square."""
    small = _unmarked(text.lower().replace("'", "").replace("’", ""))
    return _unmarked(unicodedata.normalize("NFD", small))


def _unmarked(text: str) -> str:
    return "".join(filterfalse(unicodedata.combining, text))


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
