"""The pages of docs/ whose tables are written from results/."""
