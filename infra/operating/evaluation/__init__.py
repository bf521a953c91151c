"""Answerers judged by questions whose answers are known.

files       questions in CSV or JSON lines
cases       a question, and what its answer is held against
recorded    the same from a lake: what people asked, and what they were answered
asking      the questions put to answerers, several at once
judging     right, wrong or passed; whether what is quoted stands in its source
comparing   figures, and every difference
page        a page about them
"""
