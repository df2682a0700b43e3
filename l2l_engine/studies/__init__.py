"""Studies: questions beyond the paper, each asked of the same ten Full networks by branching from them.

>>> study = STUDIES["revisit"]
>>> study.conditions[0].protocol().after
50
"""

from l2l_engine.studies.designs import STUDIES, Condition, Study

__all__ = ["STUDIES", "Condition", "Study"]
