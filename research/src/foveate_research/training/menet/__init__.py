"""MEnet and its ablations: pictures with masks, the metric and the cross-entropy loss, recipes."""
