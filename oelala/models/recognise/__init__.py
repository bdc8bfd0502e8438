"""What a user's own file, folder or repository is, told by its headers. Imports no torch, runs no code."""

from oelala.models.recognise.source import AddRequest, recognise

__all__ = ["AddRequest", "recognise"]
