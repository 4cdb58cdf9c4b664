"""Turns an instructor's source into what students get, and nothing else."""
