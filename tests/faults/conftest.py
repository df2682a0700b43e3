"""Makes the made-up runs of tests/engine/storage importable."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engine" / "storage"))
