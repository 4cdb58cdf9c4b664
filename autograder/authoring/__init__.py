"""Turns an instructor's source into what students get, and makes sure that nothing else is in it."""
