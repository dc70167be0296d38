"""A stand-in for the one function of scikit-learn that workloads use."""
