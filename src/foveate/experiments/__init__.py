"""Measuring maps on data sets, and the papers' tables and figures beside ours."""
