"""Problems that come back."""

from l2l_engine.protocols.protocol import Protocol, Stage
from l2l_engine.training.plan import Plan, Repeat


def there_and_back(problems=20):
    """Learn some problems, then all of them again. Are they relearned at once?"""
    again = (Stage(Plan(Repeat(number))) for number in range(1, problems + 1))
    return Protocol("there-and-back", (Stage(count=problems), *again))
