"""What every operation shares: its stack, its lock, its audit line, its progress and its errors."""
