"""Waves of a few rows read, and the message of a delivery that is refused."""

import pytest

from mobility.errors import DeliveryError
from mobility.panel.delivery import read_delivery

NAMES = ["person_id", "interview_type", "activity_status", "soc2000"]
ENDINGS = ["dta", "tab", "sav"]


def message_of(folder, source, letters="a", required=NAMES):
    with pytest.raises(DeliveryError) as caught:
        read_delivery(folder, source, letters, required)
    return str(caught.value)


def has_all(message, *words):
    absent = [word for word in map(str, words) if word not in message]
    assert not absent, f"{absent} not in: {message}"
    return True
