"""What wakes operators, and what they look at first.

metrics.py     the numbers that the functions and AWS report
alarms.py      which of them mean that something is wrong, and what to do then
dashboard.py   the flow, from messages in to deliveries and cost
stack.py       all of it
"""
