"""What is remembered, and what becomes of it when somebody spoiled the file."""

import pytest

from l2l_gui.model.settings import settings
from l2l_gui.model.working_copy import first_session


@pytest.mark.parametrize("spoiled", ["5", "{", "null", '[1, "\\u0000", "x"]', "[" * 100_000])
def test_a_spoiled_setting_counts_as_missing(spoiled):
    for name in ("recent", "last session", "panel", "flag"):
        settings.put(name, spoiled)
    assert settings.recent == []
    assert settings.plain("panel") == {}
    assert settings.flag("flag") is False
    assert first_session()  # the example


def test_a_name_no_file_can_have_is_no_last_session():
    for name in ("x" * 5000, "nul\0in it"):
        settings.put("last session", name)
        assert first_session()
