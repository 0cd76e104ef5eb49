"""Areas: their codes and how these changed, their boundaries, and how far apart they lie."""
