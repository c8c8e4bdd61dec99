"""What the benchmarks time, loaded once Django is set up."""
