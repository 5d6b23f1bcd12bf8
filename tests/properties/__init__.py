"""Properties that the model must have whatever its numbers are: each test is one statement about runs.

A property that the model lacks is not weakened: it is marked as one that fails, with what was measured, and the mark falls when it
is met. What other tests say already is not said again: that the order of parts never matters (``tests/model/test_compose.py``), that
no dose of any one therapy is no therapy (``tests/model/test_therapies.py``), that twenty years of health are steady, for other values
too (``tests/model/test_models.py``).
"""
