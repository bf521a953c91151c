"""What Athena charges, and what an answer of its took."""

from dataclasses import dataclass

from queries.result import Answer, Result

_MB = 1024**2
_US_DOLLARS_PER_MB = 5 / 1024**2  # 5 a terabyte in most regions; https://aws.amazon.com/athena/pricing/
_LEAST_MB = 10  # that a question is charged for


@dataclass(frozen=True, slots=True)
class AthenaResult(Result):
    """An answer and what it took. A `reused` one is an earlier question's. S3 and Glue charge apart."""

    execution_id: str
    bytes_scanned: int
    reused: bool
    us_dollars: float


@dataclass(frozen=True, slots=True)
class AthenaAnswer(Answer):
    """The same, whose rows come page by page."""

    execution_id: str = ""
    bytes_scanned: int = 0
    reused: bool = False
    us_dollars: float = 0.0


def us_dollars(bytes_scanned: int) -> float:
    """What Athena charges for a question that was run: whole megabytes, ten at least."""
    return max(_LEAST_MB, -(-bytes_scanned // _MB)) * _US_DOLLARS_PER_MB
