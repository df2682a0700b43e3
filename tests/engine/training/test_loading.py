"""What importing TensorFlow brings along."""

import sys

from l2l_engine.training.trainer import load_tensorflow


def test_tensorflow_is_loaded_without_keras():
    load_tensorflow()
    assert not {name for name in sys.modules if name.partition(".")[0] == "keras"}
