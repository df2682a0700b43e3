"""The engine: train, read, analyse and draw the learning-to-learn network, without a window.

``l2l_engine.train(seed=0, rType=RunType.Full, ...)`` takes the published code's names.
"""

from l2l_engine.api import train
from l2l_engine.config import ConfigError, L2LError, RunConfig, RunType

__version__ = "0.1.0"
__all__ = ["ConfigError", "L2LError", "RunConfig", "RunType", "__version__", "train"]
