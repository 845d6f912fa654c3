"""What the platform stands on: Docker Engine, Swarm, base image, Pulumi; official where it can be had."""
