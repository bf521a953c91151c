"""`python -m tests.field_cases DIR`: inputs from the field, each with what is right, tried on an empty deployment.

DIR holds inputs (.eml, .json, .sql, .sh) and a README.md with a table, one row an input or several:
| `input` (or several: `g01_x.eml`, `g02_…_x.eml`) | `parley ingest input`, then `parley query "…"` | what is right |
Commands run as they stand there, "…" standing for the rest of a name, "the same" for the commands of the row above.
What is right is read as a sentence: "ignored: …", "opted out", "answered to ana@…", "the words: …"; the cases known by
name below are checked more closely. Exit status 0 where every case is right, 1 where one is not, 2 for wrong use.
"""

import argparse
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from click.testing import CliRunner

from infra.cli.main import parley

ROOT = Path(__file__).parents[1]
INPUTS = frozenset({".eml", ".json", ".sql", ".sh"})
_CODE = re.compile(r"`([^`]+)`")
_SETTING = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_ASIDE = re.compile(r"\s*\([^()]*\)\s*$|; .*$")


class Row(msgspec.Struct, frozen=True):
    """A row of the README: which files, what to run, what is right."""

    files: tuple[str, ...]
    command: str
    right: str


class Tried(msgspec.Struct, frozen=True):
    """What came of one case. `right` is None where the README says nothing of it."""

    case: str
    expected: str
    got: str
    right: bool | None


class Seen(msgspec.Struct, frozen=True):
    """Everything that can be seen from outside after a case's commands."""

    ingested: Sequence[Mapping[str, Any]]  # the lines of `parley ingest`
    asked: Sequence[Sequence[Mapping[str, Any]]]  # the rows of each `parley query` of the case's own
    conversations: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]
    output: str  # of a script
    seconds: float  # that `parley ingest` took

    @property
    def words(self) -> str:
        """What the person was taken to have said."""
        return "\n".join(row["message"] for row in self.conversations if row["direction"] == "inbound")

    @property
    def replies(self) -> list[str]:
        return [reply for line in self.ingested for reply in line["replies"]]

    @property
    def outcome(self) -> str:
        return "; ".join(f"{line['outcome']}: {line['reason']}" for line in self.ingested)

    @property
    def consents(self) -> list[str]:
        return [row["status"] for row in self.events if row["type"] == "consent"]

    @property
    def answered_to(self) -> list[str]:
        return [row["destination_address"] for row in self.conversations if row["direction"] == "outbound"]

    @property
    def subjects(self) -> list[str]:
        """Of the mails that came and the mails that left."""
        mails = [msgspec.json.decode(row["raw_event"]).get("mail", {}) for row in self.events]
        return [mail.get("commonHeaders", {}).get("subject", "") for mail in mails]


Check = Callable[[Seen], tuple[str, bool]]


# ── what is right, read as a sentence ────────────────────────────────────────────────────────────────────────────────


def _outcome(name: str) -> Check:
    def check(seen: Seen) -> tuple[str, bool]:
        return seen.outcome, bool(seen.ingested) and all(line["outcome"] == name for line in seen.ingested)

    return check


def _consent(direction: str) -> Check:
    def check(seen: Seen) -> tuple[str, bool]:
        return f"consent: {', '.join(seen.consents)}; {seen.outcome}", seen.consents[-1:] == [f"opted_{direction}"]

    return check


def _answered(to: str = "") -> Check:
    def check(seen: Seen) -> tuple[str, bool]:
        apologies = [row for row in seen.conversations if row.get("source") == "apology"]
        got = f"{len(seen.replies)} replies to {', '.join(seen.answered_to)}; {seen.outcome}"
        return got, bool(seen.replies) and not apologies and (not to or to in seen.answered_to)

    return check


def _helped(seen: Seen) -> tuple[str, bool]:
    return "; ".join(seen.replies) or seen.outcome, bool(seen.replies) and "wrote help" in seen.outcome


def _said(words: str) -> Check:
    def check(seen: Seen) -> tuple[str, bool]:
        said = seen.words or (seen.outcome if not seen.conversations else "")
        return said, said == words

    return check


def _said_one_of(words: Sequence[str]) -> Check:
    def check(seen: Seen) -> tuple[str, bool]:
        return seen.words or seen.outcome, any(each in seen.words for each in words)

    return check


def _subject(subject: str) -> Check:
    def check(seen: Seen) -> tuple[str, bool]:
        return ", ".join(seen.subjects), {subject, f"Re: {subject}"} <= set(seen.subjects)

    return check


def _helps(_: str) -> Check:
    return _helped


# How a sentence begins, and what is then checked, given what stands in the sentence's brackets of the expression.
_SENTENCES: Sequence[tuple[str, Callable[[str], Check]]] = (
    (r"(ignored|quarantined|rejected|recorded)\b", _outcome),
    (r"(?:consent: )?opted[ -](out|in)\b", _consent),
    (r"the help text()", _helps),
    (r"answered to (\S+@[\w.-]*\w|\S+)", _answered),
    (r"()answered\b", _answered),
    (r"subject `([^`]+)`", _subject),
)


def _in_words(right: str) -> Check:
    """The check that a sentence of the README asks for."""
    for begins, check in _SENTENCES:
        if found := re.match(begins, right):
            return check(found[1])
    quoted = _CODE.findall(right)
    if len(quoted) > 1:
        return _said_one_of(quoted)
    return _said(quoted[0] if quoted else _ASIDE.sub("", right.removeprefix("the words: ")))


# ── the cases known by name ──────────────────────────────────────────────────────────────────────────────────────────


def _row(**values: object) -> Check:
    """Some event has these values."""

    def check(seen: Seen) -> tuple[str, bool]:
        rows = [{name: row.get(name) for name in values} for row in seen.events]
        return str(rows), values in rows

    return check


def _question_in_the_subject(seen: Seen) -> tuple[str, bool]:
    asked = seen.words == "How many days do I have to return a lamp?"
    return f"{seen.words}: {seen.outcome}", asked and bool(seen.replies) and "attachment" not in "".join(seen.replies)


def _both_in_japanese(seen: Seen) -> tuple[str, bool]:
    return f"{seen.words}; {', '.join(seen.subjects)}", seen.words == "①返品したい" and "①返品" in seen.subjects


def _one_thread_and_silence(seen: Seen) -> tuple[str, bool]:
    lines = [line.split() for line in seen.output.splitlines()]
    answers = [line[-1] for line in lines if len(line) == 3]
    one = len({line[1] for line in lines if len(line) == 3}) == 1
    return "; ".join(map(" ".join, lines)), one and answers == ["answered"] * 10 + ["silent"] * 3


def _two_parts(seen: Seen) -> tuple[str, bool]:
    rows = [(row["parts"], round(float(row["total_price"]), 5)) for rows in seen.asked for row in rows]
    return str(rows), rows == [(2, 0.01162)]


def _both_fed(seen: Seen) -> tuple[str, bool]:
    return seen.outcome, [line["outcome"] for line in seen.ingested] == ["turn", "turn"]


def _as_audio(seen: Seen) -> tuple[str, bool]:
    tags = str([row["tags"] for row in seen.conversations if row["direction"] == "inbound"])
    return f"{tags}; {seen.outcome}", "audio" in tags


def _preference(seen: Seen) -> tuple[str, bool]:
    rows = [row for row in seen.events if row["status"] == "stop"]
    got = [(row["status"], row["destination_address"], row["occurred_at"]) for row in rows]
    right = any(
        "+14255550102" in row["destination_address"] and row["occurred_at"] == 1_794_225_721_000 for row in rows
    )
    return f"{got}; {seen.outcome}", right


def _explained_error(seen: Seen) -> tuple[str, bool]:
    got = [(row["status_code"], row["status_message"]) for row in seen.events]
    return str(got), any(code == "130429" and message.startswith("Message failed to send") for code, message in got)


def _no_turn(seen: Seen) -> tuple[str, bool]:
    got = [row["turn_id"] for row in seen.events]
    return str(got), bool(got) and not any(got)


BY_NAME: Mapping[str, Check] = {
    "f28_iso2022jp_row13": _both_in_japanese,
    "f30_only_a_subject": _question_in_the_subject,
    "f37_thread_in_reply_to_only": _one_thread_and_silence,
    "f38_zwnj": _two_parts,
    "g13_time_of_400_digits": _both_fed,
    "g14_user_id_in_from": _answered("US.1234"),
    "g15_voice_note": _as_audio,
    "g16_user_preference": _preference,
    "g17_error_beside_no_message": _explained_error,
    "g18_foreign_tracker": _no_turn,
    "g19_display_number_with_blanks": _row(sending_address="+14255550150"),
    "g21_encoded_source": _row(sending_address="help@lampen.example"),
    "g22_who_complained": _row(destination_address=["b@two.example"]),
}


# ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def rows_of(readme: str) -> Iterator[Row]:
    """The rows of the README's tables."""
    command = ""
    for line in readme.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        files = tuple(_CODE.findall(cells[0])) if len(cells) >= 3 else ()
        if files:
            command = re.sub(r"ingest [^`;]*", "ingest …", command) if cells[1] == "the same" else cells[1]
            yield Row(files, command, cells[2].replace("\\|", "|"))


def row_of(name: str, rows: Sequence[Row]) -> Row | None:
    """The row that tells of a file; None where none does."""
    return next((row for row in rows if any(_matches(each, name) for each in row.files)), None)


def _matches(pattern: str, name: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("…"))), name) is not None


def tried(path: Path, row: Row | None) -> Tried:
    """Run one case. What a command does not survive is what is got."""
    expected = row.right if row else ""
    if path.suffix == ".sql":
        return _sql(path, expected)
    with tempfile.TemporaryDirectory() as data:
        seen = _seen(path, row, Path(data))
    if path.stem == "g20_many_bad_statuses":
        got, right = _rejected_as_fast_as_good(path, seen)
    else:
        got, right = (BY_NAME.get(path.stem) or _in_words(expected))(seen)
    return Tried(path.name, expected, got, right if row else None)


def _sql(path: Path, expected: str) -> Tried:
    if importlib.util.find_spec("tests.field_cases_sql") is None:
        return Tried(path.name, expected, "tests/field_cases_sql.py is not there", None)
    module: Any = importlib.import_module("tests.field_cases_sql")
    return msgspec.convert(module.run(path), Tried)


def _seen(path: Path, row: Row | None, data: Path) -> Seen:
    if path.suffix == ".sh":
        return Seen([], [], [], [], _script(path, data), 0.0)
    ingested: list[Mapping[str, Any]] = []
    asked: list[Sequence[Mapping[str, Any]]] = []
    seconds = 0.0
    for words, settings in _commands(path, row):
        started = time.monotonic()
        output = _run(data, words, settings)
        if words[0] == "ingest":
            ingested += [msgspec.json.decode(line) for line in output.splitlines() if line.startswith("{")]
            seconds += time.monotonic() - started
        elif words[0] == "query":
            asked.append(_rows(data, words[1]))
    conversations = _rows(data, "SELECT * FROM conversations ORDER BY occurred_at")
    events = _rows(data, "SELECT * FROM events ORDER BY occurred_at")
    return Seen(ingested, asked, conversations, events, "", seconds)


def _commands(path: Path, row: Row | None) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The `parley` commands of a row, with the settings written before them; files by their paths."""
    named = [word for quoted in _CODE.findall(row.command if row else "") for word in quoted.split(";")]
    for command in named or [f"parley ingest {path.name}"]:
        words = shlex.split(command)
        settings = {found[1]: found[2] for word in words if (found := _SETTING.fullmatch(word))}
        rest = [word for word in words if not _SETTING.fullmatch(word)]
        if rest[:1] == ["parley"]:
            yield [_placed(word, path, row) for word in rest[1:]], settings


def _placed(word: str, path: Path, row: Row | None) -> str:
    """A file's name as its path; a name cut short that means one of the row's own files is the one that is tried."""
    if word.endswith("…"):
        meant = next(path.parent.glob(f"{word[:-1]}*"), path) if word != "…" else path
        return str(path if row is None or row_of(meant.name, [row]) else meant)
    return str(path.parent / word) if (path.parent / word).is_file() else word


def _run(data: Path, words: Sequence[str], settings: Mapping[str, str] | None = None) -> str:
    return CliRunner().invoke(parley, ["--data", str(data), *words], env=settings).stdout


def _rows(data: Path, sql: str) -> Sequence[Mapping[str, Any]]:
    """Empty where the question cannot be asked."""
    output = _run(data, ["query", sql, "--format", "json"])
    found = msgspec.json.decode(output) if output.startswith("[") else []
    return found if isinstance(found, list) else []


def _script(path: Path, data: Path) -> str:
    """The script's output, with `parley` from this folder's code."""
    command = data / "parley"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m infra.cli.main "$@"\n')
    command.chmod(0o700)
    settings = {**os.environ, "PARLEY": str(command), "PYTHONPATH": str(ROOT), "TMPDIR": str(data)}
    done = subprocess.run(["sh", str(path)], env=settings, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _rejected_as_fast_as_good(path: Path, bad: Seen) -> tuple[str, bool]:
    """As many good statuses must not take less than half the time."""
    event = msgspec.json.decode(path.read_bytes())
    entry = msgspec.json.decode(event["whatsAppWebhookEntry"])
    value = entry["changes"][0]["value"]
    value["statuses"] = [
        {"id": f"wamid.{each}", "status": "sent", "timestamp": "1794225721", "recipient_id": "14255550102"}
        for each in range(len(value["statuses"]))
    ]
    event["whatsAppWebhookEntry"] = msgspec.json.encode(entry).decode()
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder) / "good.json"
        good.write_bytes(msgspec.json.encode(event))
        seen = _seen(good, None, Path(folder) / "data")
    rows = sum(line["rows"] for line in bad.ingested)
    got = f"{rows} rows in {bad.seconds:.2f} s; as many good ones in {seen.seconds:.2f} s"
    return got, rows >= len(value["statuses"]) and bad.seconds <= 2 * seen.seconds


def main(arguments: Sequence[str]) -> int:
    """Try every case of a folder and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.field_cases", description="Try a folder of inputs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    given = parser.parse_args(arguments)
    if not given.folder.is_dir():
        parser.error(f"{given.folder} is no folder")
    readme = given.folder / "README.md"
    rows = list(rows_of(readme.read_text())) if readme.is_file() else []
    cases = sorted(path for path in given.folder.iterdir() if path.suffix in INPUTS)
    results = [tried(path.resolve(), row_of(path.name, rows)) for path in cases]
    if given.format == "json":
        print(msgspec.json.format(msgspec.json.encode(results), indent=1).decode())
    else:
        for each in results:
            verdict = {True: "right", False: "WRONG", None: "?"}[each.right]
            print(
                f"{verdict:<6} {each.case}"
                + ("" if each.right else f"\n       right: {each.expected}\n       got:   {each.got}")
            )
    return 1 if any(each.right is False for each in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
