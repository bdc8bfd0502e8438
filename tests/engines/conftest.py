from tests.models.tiny import tiny

__all__ = ["tiny"]
