"""A conversation as Bedrock's models take it: the person begins and ends it, roles alternate, no text is blank.

Rules: https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html; the refusals that breaking
them gets: https://github.com/langgenius/dify/issues/9294, https://github.com/aws-samples/bedrock-engineer/issues/8.
"""

from collections.abc import Mapping, Sequence

from orchestrator.model import Exchange

Block = Mapping[str, object]
Message = Mapping[str, object]

CHARACTERS_PER_TOKEN = 3  # English has about four, Spanish less: an estimate that leaves room


def messages(history: Sequence[Exchange], question: Sequence[Block]) -> list[Message]:
    """The exchanges, oldest first, and then the question's own blocks. Every exchange has words on both sides."""
    earlier = [
        {"role": role, "content": [{"text": text}]}
        for exchange in history
        for role, text in (("user", exchange.question), ("assistant", exchange.answer))
    ]
    return [*earlier, {"role": "user", "content": list(question)}]


def latest(history: Sequence[Exchange], tokens: int) -> list[Exchange]:
    """The last exchanges that fit so many tokens, oldest first; those that lack words on one side are left out."""
    room = tokens * CHARACTERS_PER_TOKEN
    fitting: list[Exchange] = []
    for exchange in reversed(history):
        if not (exchange.question.strip() and exchange.answer.strip()):
            continue
        room -= len(exchange.question) + len(exchange.answer)
        if room < 0:
            break
        fitting.append(exchange)
    return fitting[::-1]
