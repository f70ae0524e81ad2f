"""Readers of the data sets that maps are trained and measured on."""
