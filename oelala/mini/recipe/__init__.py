"""The recipe of Oelala Mini: separate, resumable, logged stages."""
