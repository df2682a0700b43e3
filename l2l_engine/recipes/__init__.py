"""How the numbers and the picture of each panel of the window are had from a session.

A recipe is one module with two functions, which the window hands out as a script that runs without it
("Copy as Python", and the folder of an export for publication):

- ``numbers(session, ...)`` gives tables by name, each a dict of columns headed with their units.
  Panels that compare take ``sessions``, a dict by name, in place of one session.
- ``picture(figure, tables, ...)`` draws them with matplotlib.

Both take what was selected (``problem``, ``group``, ``stimulus``, ``time``) and the panel's options
by keyword, as far as they name them; ``config`` is the run's.

>>> from l2l_engine import load_example
>>> from l2l_engine.recipes import speed
>>> with load_example() as session:
...     tables = speed.numbers(session, problem=52)
>>> list(tables["speed"])
['time (ms)', 'stimulus 0 speed (a.u./s)', 'stimulus 1 speed (a.u./s)']
"""
