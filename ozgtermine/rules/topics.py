"""What an event is about: a topic, one service of the OZG, or whatever people ask."""

from enum import StrEnum


class TopicKind(StrEnum):
    TOPIC = "topic"
    SERVICE = "service"
    OPEN = "open"
