"""What benchmarks work on: databases of their own, and rows that the database makes itself."""
