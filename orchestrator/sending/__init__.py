"""Story 2: a company writes first. dispatcher.py is the file to read."""
