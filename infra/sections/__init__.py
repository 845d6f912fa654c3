"""The sections of a stack's file, each with its keys, defaults and bounds."""
