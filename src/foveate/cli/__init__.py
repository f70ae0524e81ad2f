"""The command line. Each command has a file that parses its options, calls the library and prints.

Other files hold what the commands share.
"""
