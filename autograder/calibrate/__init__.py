"""Tests the accuracy threshold: how likely do honest solutions miss it, and do broken ones?"""
