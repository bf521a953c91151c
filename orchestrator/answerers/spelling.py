"""Words one slip away from another: a letter left out, doubled, swapped with its neighbour, or another one struck.

The idea is Peter Norvig's: https://norvig.com/spell-correct.html
"""

from string import ascii_lowercase


def one_slip_away(term: str) -> set[str]:
    """Every string one slip from `term`: 54 for each letter, and 25."""
    halves = [(term[:cut], term[cut:]) for cut in range(len(term) + 1)]
    left_out = {head + tail[1:] for head, tail in halves if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in halves if len(tail) > 1}
    replaced = {head + letter + tail[1:] for head, tail in halves if tail for letter in ascii_lowercase}
    added = {head + letter + tail for head, tail in halves for letter in ascii_lowercase}
    return (left_out | swapped | replaced | added) - {term}
