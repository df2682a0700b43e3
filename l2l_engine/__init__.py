"""The engine: train, read, analyse and draw the learning-to-learn network, without a window.

>>> import l2l_engine as l2l
>>> session = l2l.load_example()
>>> session
<Full session pretrained.h5: seed 0, 101 of 101 problems in ... trials, 100 units>
>>> problem = session[52]
>>> activity = l2l.simulate(problem.network, problem.stimuli)

``l2l.train(seed=0, rType=l2l.RunType.Full, ...)`` takes the published code's names.
"""

from l2l_engine.api import load_example, published, train
from l2l_engine.api import open_session as open  # as in h5py: l2l.open(path)
from l2l_engine.config import ConfigError, L2LError, RunConfig, RunType
from l2l_engine.decoding import Decoding, decode
from l2l_engine.simulation import Activity, Network, simulate

__version__ = "0.1.0"
__all__ = [
    "Activity",
    "ConfigError",
    "Decoding",
    "L2LError",
    "Network",
    "RunConfig",
    "RunType",
    "__version__",
    "decode",
    "load_example",
    "open",
    "published",
    "simulate",
    "train",
]
