"""Athena SQL on AWS: a deployment's lake, asked through its workgroup.

Views are part of the statement that is sent (compose.py), so nothing but the tables has to exist there. What a
question scanned, and so cost, comes with its answer; one that is given up is stopped.
Source: https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from queries.asking import Prepared, asked, prepared
from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import NO_PARAMETERS, Value
from queries.compatibility.database import SampleDatabase
from queries.engines.athena_cells import Reading
from queries.engines.athena_errors import refused, unsuccessful
from queries.engines.cost import AthenaAnswer, AthenaResult, us_dollars
from queries.engines.duckdb import DuckDbEngine
from queries.errors import NotAQuestionError, NotTranslatableError
from queries.result import Answer, Batch, Result, Rows, answer_of
from queries.statement import CreateView

_LONGEST = 262_144  # bytes of a statement; https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
_WAITS_S = (0.2, 0.3, 0.5, 1.0)  # between looks at a running question; the last one again and again


class AthenaClient(Protocol):
    """As much of boto3's `athena` client as is used."""

    def start_query_execution(self, **request: Any) -> Mapping[str, Any]: ...
    def get_query_execution(self, **request: Any) -> Mapping[str, Any]: ...
    def get_query_results(self, **request: Any) -> Mapping[str, Any]: ...
    def stop_query_execution(self, **request: Any) -> Mapping[str, Any]: ...


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
        """Athena SQL, or the bare name of a table, a view or a report: all of the answer. Raises `QueryError`.

        What tables and views there are is known without asking: that costs nothing, and is a plain `Result`.
        """
        answer = self.answer(sql, parameters)
        if not isinstance(answer, AthenaAnswer):
            return answer.whole()
        rows = tuple(row for batch in answer.batches for row in batch.rows())
        return AthenaResult(
            answer.columns, rows, answer.execution_id, answer.bytes_scanned, answer.reused, answer.us_dollars
        )

    def answer(self, sql: str, parameters: Mapping[str, Value] = NO_PARAMETERS) -> Answer:
        """The same, its rows page by page. Raises `QueryError`, as its rows do."""
        known = asked(sql, self._catalogue)
        if isinstance(known.statement, CreateView):
            raise NotAQuestionError(
                "views are made on this machine", remedy="Without --engine athena; then they are known here too."
            )
        ready = prepared(known, self._catalogue, parameters, self._now(), self.sample)
        if ready is None:
            return answer_of(DuckDbEngine(Path("no lake"), self._catalogue).query(sql))
        try:
            return self._answer(ready)
        except (ClientError, BotoCoreError) as exc:
            raise refused(exc) from exc

    def _answer(self, ready: Prepared) -> AthenaAnswer:
        statement, question = ready.athena_sql, ready.question
        if (size := len(statement.encode())) > _LONGEST:
            raise NotTranslatableError(
                f"with its views the statement is {size:,} bytes long, and Athena takes {_LONGEST:,}",
                remedy="Ask in several questions, or give lists as tables.",
            )
        execution_id = self._started(f"{question.prefix} {statement}".strip())
        execution = self._finished(execution_id)
        if execution["Status"]["State"] != "SUCCEEDED":
            raise unsuccessful(execution["Status"], question.tree)
        pages = self._pages(execution_id)
        first = next(pages)
        statistics = execution.get("Statistics", {})
        bytes_scanned = statistics.get("DataScannedInBytes", 0)
        reused = statistics.get("ResultReuseInformation", {}).get("ReusedPreviousResult", False)
        is_free = reused or question.prefix == "EXPLAIN"
        reading = Reading.of(first)
        return AthenaAnswer(
            reading.columns,
            self._batches(reading, first, pages),
            execution_id=execution_id,
            bytes_scanned=bytes_scanned,
            reused=reused,
            us_dollars=0.0 if is_free else us_dollars(bytes_scanned),
        )

    def _batches(
        self, reading: Reading, first: Mapping[str, Any], others: Iterator[Mapping[str, Any]]
    ) -> Iterator[Batch]:
        yield Rows(reading.rows(first, is_first=True))
        try:
            for page in others:
                yield Rows(reading.rows(page))
        except (ClientError, BotoCoreError) as exc:
            raise refused(exc) from exc

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

    def _pages(self, execution_id: str) -> Iterator[Mapping[str, Any]]:
        """The `ResultSet` of each, fetched when it is asked for."""
        page = self._client.get_query_results(QueryExecutionId=execution_id)
        yield page["ResultSet"]
        while token := page.get("NextToken"):
            page = self._client.get_query_results(QueryExecutionId=execution_id, NextToken=token)
            yield page["ResultSet"]
