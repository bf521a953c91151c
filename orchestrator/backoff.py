"""How long to wait before trying again."""

import random

MOST_S = 60.0


def full_jitter(receives: int) -> float:
    """Seconds until the next try after `receives` of them: anything up to a bound that doubles, at most a minute.

    Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter").
    """
    return random.uniform(0, min(MOST_S, 2.0 ** min(receives, 10)))  # noqa: S311 - spreads load, guards nothing
