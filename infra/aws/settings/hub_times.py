"""How long the hub's functions may take, and how often a message may come back, as the settings make it.

- Lambda wants an inbound message hidden for six times its function's timeout.
  Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
- A wake-up is hidden only as long as its worker may live and its claim may last. Nothing else of that conversation is
  delivered meanwhile, so every second more is one that a person waits after a crash; and with `MaximumConcurrency`
  Lambda never takes a message that it cannot run.
"""

import math

from orchestrator.settings import Answering

INGRESS_S = 60  # ten mails of 40 MB, each fetched, read and kept in seconds
INBOUND_HIDDEN_S = 6 * INGRESS_S
INBOUND_RECEIVES = 50  # with the handlers' full jitter, over 20 minutes of an outage of ours
SENDING_S = 60  # the parts of an answer, each with its retries
LONGEST_S = 900  # that a function may run
MARGIN_S = 30
RECEIVES_A_TRY = 10  # a wake-up that comes too early, or beside another worker, is received and is no try
MOST_RECEIVES = 1000  # that SQS counts


def asking_s(settings: Answering) -> float:
    """Each answerer may stay silent for its whole time before the next is asked."""
    return len(settings.answering.answerers) * settings.answering.answer_timeout_s


def converse_s(settings: Answering) -> int:
    """How long the function may run that asks and sends."""
    return min(LONGEST_S, math.ceil(asking_s(settings)) + SENDING_S)


def wake_up_hidden_s(settings: Answering) -> int:
    """How long a wake-up stays hidden whose worker died."""
    return math.ceil(max(converse_s(settings), settings.turns.claim_s)) + MARGIN_S


def wake_up_receives(settings: Answering) -> int:
    """After how many of them a wake-up is dead. Long before, on the last try, its person got an apology."""
    return min(MOST_RECEIVES, RECEIVES_A_TRY * settings.turns.max_receives)
