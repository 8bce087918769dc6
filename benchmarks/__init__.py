"""What symrnn costs, in ratios to its peers: `python -m benchmarks`."""
