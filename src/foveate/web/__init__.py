"""The page on one's own machine: pictures held between requests, and the coder behind a slider."""
