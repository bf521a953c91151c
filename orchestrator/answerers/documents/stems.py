"""Words without their endings. They serve the questions in tests/questions.json as well as Snowball's stemmers do,
without a package.
"""

from collections.abc import Mapping

from orchestrator.language.words import SMALL_TALK
from orchestrator.model import Language

# Longest first. Spanish ones are of nouns (-aciones, -as), of verbs (-ando, -amos) and of verbs with a pronoun (-arlo).
_ENDINGS: Mapping[Language, tuple[str, ...]] = {
    "en": ("ings", "ing", "ies", "ied", "ed", "es", "s", "e", "y"),
    "es": (
        *("amientos", "amiento", "imiento", "aciones", "abamos", "aremos"),
        *("acion", "iendo", "armelo", "ando", "adas", "ados", "idas", "idos", "amos", "emos", "imos"),
        *("arme", "erme", "arlo", "erlo", "irlo", "arla"),
        *("ais", "eis", "ada", "ado", "ida", "ido", "aba", "ban", "ron"),
        *("ar", "er", "ir", "an", "en", "as", "es", "os", "is", "a", "e", "o", "s", "i"),
    ),
}
_SHORTEST_STEM = 3  # letters


def stem(word: str, language: Language) -> str:
    """A word without its ending, unless small talk is left: `dañado` is not `dan`.

    `word` is lower case and has no accents.
    """
    for ending in _ENDINGS[language]:
        root = word.removesuffix(ending)
        if root != word and len(root) >= _SHORTEST_STEM and root not in SMALL_TALK[language]:
            return _undoubled(root, ending)
    return word


def _undoubled(root: str, ending: str) -> str:
    """shipp(ing) → ship; but sell(s) stays."""
    doubled = ending in {"ing", "ings", "ed"} and root[-1] == root[-2] and root[-1] not in "lsz"
    return root[:-1] if doubled and len(root) > _SHORTEST_STEM else root
