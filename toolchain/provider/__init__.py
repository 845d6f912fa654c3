"""The docker provider that stands in where the official plugin of pulumi-docker 5.2.0 cannot be had."""
