"""Tokens: who may ask the platform for what, signed on this host, checked by the services."""
