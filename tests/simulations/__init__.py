"""What the product decides, played through many thousand times; run by hand."""
