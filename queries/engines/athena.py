"""Athena SQL on AWS: a deployment's lake, asked through its workgroup.

Views are part of the statement that is sent (compose.py), so nothing but the tables has to exist there. What a
question scanned, and so cost, comes with its answer; one that is given up is stopped.
Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from queries.asking import asked
from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import NO_PARAMETERS, Value
from queries.compatibility.database import SampleDatabase
from queries.compose import compose
from queries.engines.athena_cells import to_result
from queries.engines.athena_errors import refused, unsuccessful
from queries.engines.duckdb import DuckDbEngine
from queries.errors import NotAQuestionError, NotTranslatableError
from queries.result import Result
from queries.statement import DIALECT, CreateView, Question
from transformer.schema import TABLES

_MB = 1024**2
_US_DOLLARS_PER_MB = 5 / 1024**2  # 5 a terabyte in most regions; https://aws.amazon.com/athena/pricing/
_LEAST_MB = 10  # that a question is charged for
_LONGEST = 262_144  # bytes of a statement; https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
_WAITS_S = (0.2, 0.3, 0.5, 1.0)  # between looks at a running question; the last one again and again


class AthenaClient(Protocol):
    """As much of boto3's `athena` client as is used."""

    def start_query_execution(self, **request: Any) -> Mapping[str, Any]: ...
    def get_query_execution(self, **request: Any) -> Mapping[str, Any]: ...
    def get_query_results(self, **request: Any) -> Mapping[str, Any]: ...
    def stop_query_execution(self, **request: Any) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class AthenaResult(Result):
    """An answer and what it took. A `reused` one is an earlier question's. S3 and Glue charge apart."""

    execution_id: str
    bytes_scanned: int
    reused: bool
    us_dollars: float


def us_dollars(bytes_scanned: int) -> float:
    """What Athena charges for a question that was run: whole megabytes, ten at least."""
    return max(_LEAST_MB, -(-bytes_scanned // _MB)) * _US_DOLLARS_PER_MB


def _utc_now() -> datetime:
    return datetime.now(UTC)


class AthenaEngine:
    """Answers questions about the tables of `database`, in a workgroup that says where results go and what is too much.

    `reuse_minutes` above 0 takes the answer to the same statement from Athena's results of so many minutes. A statement
    that names the clock is another one each time.
    """

    def __init__(  # noqa: PLR0913  # as many as there are options
        self,
        client: AthenaClient,
        *,
        workgroup: str,
        database: str,
        reuse_minutes: int = 0,
        catalogue: Catalogue | None = None,
        sample: SampleDatabase | None = None,
        now: Callable[[], datetime] = _utc_now,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._workgroup = workgroup
        self._database = database
        self._reuse_minutes = reuse_minutes
        self._catalogue = catalogue or Catalogue.shipped()
        self.sample = sample or SampleDatabase()
        self._now = now
        self._wait = wait

    def query(self, sql: str, parameters: Mapping[str, Value] = NO_PARAMETERS) -> Result:
        """Athena SQL, or the bare name of a table, a view or a report. Raises `QueryError`.

        What tables and views there are is known without asking: that costs nothing, and is a plain `Result`.
        """
        known = asked(sql, self._catalogue)
        if isinstance(known.statement, CreateView):
            raise NotAQuestionError(
                "views are made on this machine", remedy="Without --engine athena; then they are known here too."
            )
        if not isinstance(known.statement, Question):
            return DuckDbEngine(Path("no lake"), self._catalogue).query(sql)
        question = known.statement
        composed = compose(question.tree, self._catalogue, TABLES, parameters, self._now(), known.declared, self.sample)
        try:
            return self._answer(question, composed.tree.sql(dialect=DIALECT, comments=False))
        except (ClientError, BotoCoreError) as exc:
            raise refused(exc) from exc

    def _answer(self, question: Question, statement: str) -> AthenaResult:
        if (size := len(statement.encode())) > _LONGEST:
            raise NotTranslatableError(
                f"with its views the statement is {size:,} bytes long, and Athena takes {_LONGEST:,}",
                remedy="Ask in several questions, or give lists as tables.",
            )
        execution_id = self._started(f"{question.prefix} {statement}".strip())
        execution = self._finished(execution_id)
        if execution["Status"]["State"] != "SUCCEEDED":
            raise unsuccessful(execution["Status"], question.tree)
        result = self._fetched(execution_id)
        statistics = execution.get("Statistics", {})
        bytes_scanned = statistics.get("DataScannedInBytes", 0)
        reused = statistics.get("ResultReuseInformation", {}).get("ReusedPreviousResult", False)
        is_free = reused or question.prefix == "EXPLAIN"
        return AthenaResult(
            result.columns,
            result.rows,
            execution_id=execution_id,
            bytes_scanned=bytes_scanned,
            reused=reused,
            us_dollars=0.0 if is_free else us_dollars(bytes_scanned),
        )

    def _started(self, statement: str) -> str:
        request: dict[str, Any] = {
            "QueryString": statement,
            "WorkGroup": self._workgroup,
            "QueryExecutionContext": {"Database": self._database},
        }
        if self._reuse_minutes:
            by_age = {"Enabled": True, "MaxAgeInMinutes": self._reuse_minutes}
            request["ResultReuseConfiguration"] = {"ResultReuseByAgeConfiguration": by_age}
        return str(self._client.start_query_execution(**request)["QueryExecutionId"])

    def _finished(self, execution_id: str) -> Mapping[str, Any]:
        """The execution in its last state. Interrupted while it runs, it is stopped: it would cost to its end."""
        waits_s = chain(_WAITS_S, repeat(_WAITS_S[-1]))
        try:
            while (execution := self._execution(execution_id))["Status"]["State"] in ("QUEUED", "RUNNING"):
                self._wait(next(waits_s))
        except KeyboardInterrupt:
            self._client.stop_query_execution(QueryExecutionId=execution_id)
            raise
        return execution

    def _execution(self, execution_id: str) -> Mapping[str, Any]:
        execution: Mapping[str, Any] = self._client.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
        return execution

    def _fetched(self, execution_id: str) -> Result:
        pages = [self._client.get_query_results(QueryExecutionId=execution_id)]
        while token := pages[-1].get("NextToken"):
            pages.append(self._client.get_query_results(QueryExecutionId=execution_id, NextToken=token))
        return to_result([page["ResultSet"] for page in pages])
