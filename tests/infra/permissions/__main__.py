"""Records what the functions call, and keeps it in calls.json."""

from tests.infra.permissions.recorded import keep, record, shown

if __name__ == "__main__":
    keep(shown(record()))
