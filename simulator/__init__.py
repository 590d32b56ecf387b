"""The simulator: reads policies and suites, decides requests as AWS does, and analyses the results."""
