"""Does a saliency map help a network classify? Arazo's thesis (2017), and the controls it lacks."""
