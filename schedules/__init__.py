"""Schedules: what runs by itself, when, by which means of the host, and how its last run ended."""
