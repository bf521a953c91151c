"""A period on one page: what `parley report` writes. One file, no script, nothing fetched.

outline.py    which questions, in which order, under which headings
answered.py   a question's answer, its drawings, or what went wrong
marks.py      a drawing as bars, lines and ticks, in parts of the whole: what any canvas can show
svg.py        marks as SVG
tables.py     an answer as a table of texts
words.py      a drawing in a sentence, for those who do not see it
page.py       all of it as HTML
"""
