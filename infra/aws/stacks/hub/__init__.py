"""The hub: receives, remembers, answers.

topics.py      SNS topics that one service of AWS may publish to, and their way into a queue
queues.py      inbound events, wake-ups, and what happens to those that fail
table.py       the conversations, and the key that names them
records.py     what the hub tells the lake: the table's stream, by two pipes
mail.py        receiving mail: bucket, topic, rule
numbers.py     two-way SMS: existing numbers, and a new one
sending.py     what is sent with: numbers, identities, configuration sets
functions.py   ingress, converse, sweep: timeouts, memory, mappings
schedule.py    the sweep, every minute
rights.py      what each of the functions may do
stack.py       all of it
"""
