"""Protocols: which problems are learned, in which order, under which rules."""

from l2l_engine.protocols.protocol import Protocol, ProtocolError, Stage
from l2l_engine.protocols.templates import TEMPLATES, template

__all__ = ["TEMPLATES", "Protocol", "ProtocolError", "Stage", "template"]
