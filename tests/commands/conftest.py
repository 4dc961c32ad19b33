"""The commands about things at the provider are tried by somebody who looks after the account."""

from __future__ import annotations

import pytest

from tests.studio import Studio


@pytest.fixture
async def studio(studio: Studio) -> Studio:
    """The studio in which Ana is an admin of the workspace, and so an operator; Ben is not."""
    await studio.make_admin()
    return studio
