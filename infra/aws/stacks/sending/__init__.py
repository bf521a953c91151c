"""Sending: a company writes first, by a plan of steps, and knows what became of it.

queues.py      what wakes sends, what tells of them, and what happens to those that fail
functions.py   send, progress, sweep_sends: timeouts, memory, mappings, and what each may do
stack.py       all of it
"""
