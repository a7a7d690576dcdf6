"""Calls back every client who hung up waiting, once, and says why."""

__version__ = "0.1.0"
