"""Oelala: a desktop studio for AI video and consistent avatars on the user's own machine."""

__version__ = "0.1.0"
