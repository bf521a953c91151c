"""The folder of analysts' views: `<name>.sql` holds the CREATE VIEW statement as it was given."""

from collections.abc import Mapping
from pathlib import Path

from queries.statement import CreateView
from transformer.lake.disk import write_whole


class ViewFolder:
    """Need not exist. To remove a view, remove its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> Mapping[str, str]:
        """The statements by the views' names; of a file that is no text, one that is no SQL. Raises `OSError`."""
        paths = sorted(path for path in self._folder.glob("*.sql") if path.is_file())
        return {path.stem: path.read_text(encoding="utf-8", errors="backslashreplace") for path in paths}

    def keep(self, view: CreateView) -> None:
        """The view is on disk on return, in place of one of its name. Raises `OSError`."""
        write_whole(self._folder / f"{view.name}.sql", lambda file: file.write(view.sql.encode()))
