"""An old problem comes back, then turns around: the trials each stage takes, and the trajectories used.

Continues the example network after problem 50 with sets of A, B, A again and A reversed, as Tian et al.
(2026) trained macaques. One set here (a minute or two); give a number for more: the paper has many.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from l2l_engine import shipped
from l2l_engine.analysis import revisit
from l2l_engine.protocols import choosing
from l2l_engine.run import Run
from l2l_engine.storage.session import Session

sets = int(sys.argv[1]) if len(sys.argv) > 1 else 1
protocol = choosing.choose("revisit-and-reverse", {"sets": sets, "warm_up": 0}, after=50)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "revisit.l2l.h5"
    with Run.branch(shipped.data(shipped.EXAMPLE), 50, path, protocol=protocol) as run:
        while not run.finished:
            run.step()
    with Session.open(path) as session:
        data = session.run_data()

found = revisit.revisit([data])
for stage in revisit.STAGES:
    here = found["stage"] == stage
    alike = np.mean([found["similarity_0"][here], found["similarity_1"][here]])
    trials = np.nanmean(found["trials"][here])
    print(f"{stage:>10}: {trials:6.1f} trials, similarity to A's decision trajectories {alike:.2f}")
fit = revisit.regression(found)
print(f"trials regressed on similarity: R2 = {fit.r_squared:.2f} over {fit.n} problems")
