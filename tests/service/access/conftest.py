"""Here `client` is the service over a mission with a layer for every audience."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient


@pytest.fixture
def client(cleared: TestClient) -> TestClient:
    """The service over the mission."""
    return cleared
