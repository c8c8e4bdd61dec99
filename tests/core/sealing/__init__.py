"""Trees, tiles and notes against the published examples."""
