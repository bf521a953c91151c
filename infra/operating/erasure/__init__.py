"""Forgetting a person: everything kept of one address, wherever it lies. The story is erasing.py."""
