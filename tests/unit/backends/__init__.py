"""Tests of the backends: the calls, their errors, and the four engines behind them."""
