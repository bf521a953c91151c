"""The stacks: lake ◀ sources ◀ hub ◀ watch; knowledge before the hub; quicksight over the lake."""
