"""Coders: each turns a picture and its block weights into a finished file."""
