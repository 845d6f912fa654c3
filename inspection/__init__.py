"""Looking into a stack that runs: tasks, logs, a command inside; and the same stack for a laptop."""
