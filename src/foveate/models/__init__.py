"""The models that predict where people look: their list, their weights and how they are run."""
