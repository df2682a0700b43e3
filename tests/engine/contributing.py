"""The worked examples of CONTRIBUTING.md, by the heading they stand under."""

import re
import types
from pathlib import Path

_TEXT = (Path(__file__).resolve().parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
_EXAMPLE = re.compile(r"^## (.+?)\n(?:(?!^## ).)*?^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = dict(_EXAMPLE.findall(_TEXT))


def example(heading):
    """The module that an example makes."""
    module = types.ModuleType(heading.split()[-1])
    exec(compile(EXAMPLES[heading], heading, "exec"), module.__dict__)
    return module
