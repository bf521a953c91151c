"""What says who answers, and what those answerers read that are one module."""

from typing import Annotated

import msgspec

from orchestrator.sections import about


class AnsweringSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked, and for how long."""

    answerers: Annotated[tuple[str, ...], about("who is asked, in order; each answers or passes")] = ("documents",)
    answer_timeout_s: Annotated[
        float, about("seconds an answerer of AWS may stay silent before it is given up for this try", gt=0, le=900)
    ] = 60


class DocumentsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How one machine reads its folder of documents."""

    meaning: Annotated[
        bool,
        about(
            "whether `documents` finds passages by their meaning beside their words; `make meaning` installs its model"
        ),
    ] = False


class QBusinessSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which application `qbusiness` asks, and as whom."""

    qbusiness_application_id: Annotated[str, about("Amazon Q Business application that `qbusiness` asks")] = ""
    qbusiness_user_id: Annotated[
        str, about("user whom questions to Amazon Q are asked for; empty for an application with anonymous access")
    ] = ""
    qbusiness_needs_source: Annotated[
        bool, about("whether `qbusiness` passes when Amazon Q names no document that its answer comes from")
    ] = True
