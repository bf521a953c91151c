"""Answers people: an event comes in, a turn is taken, a reply goes out. Start reading at hub.py."""
