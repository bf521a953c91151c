"""What is mutated, and which tests have to notice.

`packages` are dotted names: a package stands for every module in it, at any depth, also for one that is added later.
`tests` are those that are quick and say what the subject must do; `without` leaves out what only takes long (clocks,
crashes at every step, megabytes), as a pattern of pytest's -k: what only those would notice counts as unnoticed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Subject:
    """`size` is how many mutants the sample has of it."""

    packages: tuple[str, ...]
    tests: tuple[str, ...]
    size: int
    without: str = ""
    uncached: bool = False  # whether its tests share what they ask about in a `functools.cache`: see uncached.py
    warmup: Literal["collect", "none"] = (
        "collect"  # "none" where what is imported starts a process that forks cannot share
    )


SUBJECTS: Mapping[str, Subject] = {
    "hub": Subject(
        packages=("orchestrator.hub", "orchestrator.parts", "orchestrator.replies"),
        tests=(
            "tests/unit/test_hub.py",
            "tests/unit/test_hub_outcomes.py",
            "tests/unit/test_parts.py",
            "tests/stories/test_defects.py",
            "tests/stories/test_send_without_turn.py",
            "tests/unit/test_consent.py",
            "tests/unit/test_agents_in_conversation.py",
            "tests/unit/test_handlers.py",
            "tests/contracts/test_channels.py",
        ),
        size=50,
    ),
    "stores": Subject(
        packages=("orchestrator.stores",),
        tests=(
            "tests/contracts/test_sqlite_store.py",
            "tests/contracts/test_dynamodb_store.py",
            "tests/contracts/test_sqlite_queue.py",
            "tests/unit/test_aws_errors.py",
            "tests/unit/test_database.py",
            "tests/unit/test_handlers.py",
            "tests/upgrade/test_upgrade.py",
        ),
        size=50,
        without="whatever_people_write or more_short_messages",
    ),
    "channels": Subject(
        packages=("orchestrator.channels",),
        tests=(
            "tests/contracts/test_channels.py",
            "tests/contracts/test_reporters.py",
            "tests/unit/test_channel_edges.py",
            "tests/unit/test_citations.py",
            "tests/unit/test_consent.py",
            "tests/unit/test_email_automatic.py",
            "tests/unit/test_email_compose.py",
            "tests/unit/test_email_html.py",
            "tests/unit/test_email_parse.py",
            "tests/unit/test_email_send.py",
            "tests/unit/test_email_thread.py",
            "tests/unit/test_gsm7.py",
            "tests/unit/test_hub.py",
            "tests/unit/test_markdown.py",
            "tests/unit/test_mime.py",
            "tests/unit/test_reply_text.py",
            "tests/unit/test_splitting.py",
            "tests/unit/test_whatsapp_inbound.py",
            "tests/unit/test_whatsapp_kinds.py",
            "tests/unit/test_whatsapp_sending.py",
        ),
        size=60,
        without="bounded or long or grows",
    ),
    "pipeline": Subject(
        packages=("transformer.pipeline",),
        tests=(
            "tests/unit/test_transformer_golden.py",
            "tests/unit/test_transformer_handler.py",
            "tests/unit/test_transformer_pipeline.py",
            "tests/unit/test_transformer_sources.py",
            "tests/unit/test_transformer_split.py",
        ),
        size=20,
    ),
    "lake": Subject(
        packages=("transformer.lake",),
        tests=(
            "tests/unit/test_lake_batches.py",
            "tests/unit/test_lake_compaction.py",
            "tests/unit/test_lake_job.py",
            "tests/unit/test_lake_writer.py",
        ),
        size=30,
        without="crash or killed",
    ),
    "resolver": Subject(
        packages=("queries.resolve",),
        tests=(
            "tests/unit/test_queries_catalogue.py",
            "tests/unit/test_queries_errors.py",
            "tests/unit/test_compatibility.py",
            "tests/unit/test_compatibility_views.py",
        ),
        size=15,
    ),
    "erasure": Subject(
        packages=("infra.operating.erasure",),
        tests=(
            "tests/unit/test_erasure_edges.py",
            "tests/stories/test_erase.py",
            "tests/stories/test_erase_deployed.py",
        ),
        size=30,
        without="killed or dies",
    ),
    "alarms": Subject(
        packages=("infra.aws.stacks.watch.alarms",),
        tests=("tests/infra/test_watch.py",),
        size=10,
        uncached=True,
        warmup="none",
    ),
}
