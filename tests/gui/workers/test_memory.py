"""What goes back to the system, and that nothing else does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from l2l_gui.workers.memory import unchanged_ranges

SMAPS = """\
1000-2000 r-xp 00000000 00:10 1    /lib/a folder/libtensorflow_cc.so.2
Rss:                   4 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
2000-3000 r--p 00001000 00:10 1    /lib/a folder/libtensorflow_cc.so.2
Anonymous:             8 kB
3000-4000 rw-p 00002000 00:10 1    /lib/a folder/libtensorflow_cc.so.2
Anonymous:             0 kB
4000-5000 r-xp 00000000 00:10 2    /lib/libother.so
Anonymous:             0 kB
5000-6000 r--p 00000000 00:00 0
Anonymous:             0 kB
6000-7000 r--p 00000000 00:10 3    /lib/libllvmlite.so
Anonymous:             0 kB
"""


def test_only_unchanged_pages_of_bulky_libraries_are_unmapped():
    """A page of the process's own (relocated, or writable) would come back with other content."""
    assert list(unchanged_ranges(SMAPS)) == [(0x1000, 0x2000), (0x6000, 0x7000)]


FREES = """
import re
from pathlib import Path
import llvmlite.binding as llvm
from l2l_gui.workers.memory import return_library_pages

def mapped():
    return int(re.search(r"RssFile:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

llvm.parse_assembly("define i32 @f() { ret i32 1 }")
before = mapped()
return_library_pages()
after = mapped()
print(before - after)
print(llvm.parse_assembly("define i32 @f() { ret i32 7 }"))
"""


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="there is no /proc/self/smaps")
def test_a_library_works_on_after_its_pages_were_returned():
    done = subprocess.run(
        [sys.executable, "-c", FREES], capture_output=True, text=True, timeout=60, check=True
    )
    freed, _, text = done.stdout.partition("\n")
    assert int(freed) > 1000  # kB
    assert "ret i32 7" in text
